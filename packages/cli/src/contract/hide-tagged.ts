// A contract is a supergraph for other clients: the same subgraphs and query plans, with a smaller API. What it excludes
// becomes @inaccessible, so that every router that reads the supergraph format serves it as it is.
// The text is edited rather than printed anew: the difference between the two files is exactly what is hidden.
import {
  type ArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type InputObjectTypeDefinitionNode,
  type InputValueDefinitionNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  OperationTypeNode,
  parse,
  type ScalarTypeDefinitionNode,
  type SchemaDefinitionNode,
  type TypeNode,
  type UnionTypeDefinitionNode,
} from 'graphql';

export interface HiddenSupergraph {
  readonly supergraphSdl: string;
  /** Coordinates of what is hidden now and was visible before, in document order. */
  readonly hidden: readonly string[];
  /** False where nothing of the query root is left, which is no API at all. */
  readonly hasQueries: boolean;
}

/**
 * Hides every element that carries one of the tags, and with it whatever has no meaning without it: types that it
 * leaves empty, fields that return a hidden type, arguments that take one.
 *
 * @param supergraphSdl a composed supergraph
 * @param tags names as in `@tag(name:)`
 */
export function hideTagged(supergraphSdl: string, tags: readonly string[]): HiddenSupergraph {
  const document = parse(supergraphSdl);
  const features = linkedFeatures(document);
  const types = document.definitions.filter(isApiType);
  const before = new Set<string>();
  const hidden = new Set<string>();
  const positions = new Map<string, number>();
  for (const { coordinate, node } of types.flatMap(elementsOf)) {
    positions.set(coordinate, endOfDeclaration(node));
    if (hasDirective(node, features.inaccessible)) before.add(coordinate);
    if (before.has(coordinate) || isTagged(node, features.tag, tags)) hidden.add(coordinate);
  }
  while (types.some((type) => hideWhatHasNoMeaning(type, hidden))) continue;

  const added = [...positions].filter(([coordinate]) => hidden.has(coordinate) && !before.has(coordinate));
  const insertions = added.map(([, position]) => ({ position, text: ` @${features.inaccessible}` }));
  if (added.length > 0) insertions.push(...linkingInaccessible(features, supergraphSdl.length));
  return {
    supergraphSdl: withInsertions(supergraphSdl, insertions),
    hidden: added.map(([coordinate]) => coordinate),
    hasQueries: !hidden.has(queryRootOf(document)),
  };
}

type ApiType =
  | EnumTypeDefinitionNode
  | InputObjectTypeDefinitionNode
  | InterfaceTypeDefinitionNode
  | ObjectTypeDefinitionNode
  | ScalarTypeDefinitionNode
  | UnionTypeDefinitionNode;
type Element =
  | ApiType
  | FieldDefinitionNode
  | InputValueDefinitionNode
  | NonNullable<EnumTypeDefinitionNode['values']>[number];

/** Types whose name contains two underscores are the machinery of `@link` and `@join__`. */
function isApiType(node: DocumentNode['definitions'][number]): node is ApiType {
  const isType =
    node.kind === Kind.ENUM_TYPE_DEFINITION ||
    node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
    node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
    node.kind === Kind.OBJECT_TYPE_DEFINITION ||
    node.kind === Kind.SCALAR_TYPE_DEFINITION ||
    node.kind === Kind.UNION_TYPE_DEFINITION;
  return isType && !node.name.value.includes('__');
}

/** The type and all that it declares, each with its schema coordinate. */
function elementsOf(type: ApiType): { coordinate: string; node: Element }[] {
  const name = type.name.value;
  const own = { coordinate: name, node: type };
  if (type.kind === Kind.ENUM_TYPE_DEFINITION) {
    return [own, ...(type.values ?? []).map((node) => ({ coordinate: `${name}.${node.name.value}`, node }))];
  }
  if (!('fields' in type)) return [own];
  return [
    own,
    ...(type.fields ?? []).flatMap((field) => [fieldElement(name, field), ...argumentElements(name, field)]),
  ];
}

type Field = FieldDefinitionNode | InputValueDefinitionNode;

function fieldElement(typeName: string, node: Field): { coordinate: string; node: Element } {
  return { coordinate: `${typeName}.${node.name.value}`, node };
}

function argumentElements(typeName: string, field: Field): { coordinate: string; node: Element }[] {
  return argumentsOf(field).map((node) => ({ coordinate: argumentCoordinate(typeName, field, node), node }));
}

function argumentsOf(field: Field): readonly InputValueDefinitionNode[] {
  return field.kind === Kind.FIELD_DEFINITION ? (field.arguments ?? []) : [];
}

function argumentCoordinate(typeName: string, field: Field, argument: InputValueDefinitionNode): string {
  return `${typeName}.${field.name.value}(${argument.name.value}:)`;
}

/** One pass over one type; true where it hid something, so that what refers to that must be looked at again. */
function hideWhatHasNoMeaning(type: ApiType, hidden: Set<string>): boolean {
  const name = type.name.value;
  const sizeBefore = hidden.size;
  if ('fields' in type) {
    for (const field of type.fields ?? []) hideByReference(name, field, hidden);
  }
  const members = membersOf(type);
  if (members.length > 0 && members.every((member) => hidden.has(member))) hidden.add(name);
  return hidden.size > sizeBefore;
}

/** A client that cannot see a type can neither select it nor give it. */
function hideByReference(typeName: string, field: Field, hidden: Set<string>): void {
  const coordinate = `${typeName}.${field.name.value}`;
  for (const argument of argumentsOf(field)) {
    if (!hidden.has(namedType(argument.type))) continue;
    hidden.add(isRequired(argument) ? coordinate : argumentCoordinate(typeName, field, argument));
  }
  if (!hidden.has(namedType(field.type))) return;
  hidden.add(field.kind === Kind.INPUT_VALUE_DEFINITION && isRequired(field) ? typeName : coordinate);
}

/** Coordinates of what a type cannot be without. */
function membersOf(type: ApiType): string[] {
  const name = type.name.value;
  switch (type.kind) {
    case Kind.SCALAR_TYPE_DEFINITION:
      return [];
    case Kind.UNION_TYPE_DEFINITION:
      return (type.types ?? []).map((member) => member.name.value);
    case Kind.ENUM_TYPE_DEFINITION:
      return (type.values ?? []).map((value) => `${name}.${value.name.value}`);
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.OBJECT_TYPE_DEFINITION:
      return (type.fields ?? []).map((field) => `${name}.${field.name.value}`);
  }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function isRequired(node: InputValueDefinitionNode): boolean {
  return node.type.kind === Kind.NON_NULL_TYPE && node.defaultValue === undefined;
}

function hasDirective(node: Element, name: string): boolean {
  return node.directives?.some((directive) => directive.name.value === name) ?? false;
}

function isTagged(node: Element, tagDirective: string, tags: readonly string[]): boolean {
  const applied = node.directives?.filter((directive) => directive.name.value === tagDirective) ?? [];
  return applied.some((directive) => tags.includes(stringArgument(directive, 'name') ?? ''));
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const argument: ArgumentNode | undefined = directive.arguments?.find((node) => node.name.value === name);
  return argument?.value.kind === Kind.STRING ? argument.value.value : undefined;
}

/** Where a directive can be added to a declaration: behind its type, default value, interfaces and other directives. */
function endOfDeclaration(node: Element): number {
  const parts = [
    node.name,
    'type' in node ? node.type : undefined,
    'defaultValue' in node ? node.defaultValue : undefined,
    ...('interfaces' in node ? (node.interfaces ?? []) : []),
    ...(node.directives ?? []),
  ];
  return Math.max(...parts.map((part) => part?.loc?.end ?? 0));
}

interface Insertion {
  /** An offset in the text before any insertion. */
  readonly position: number;
  readonly text: string;
}

function withInsertions(text: string, insertions: readonly Insertion[]): string {
  const ordered = [...insertions].sort((a, b) => a.position - b.position);
  const pieces = ordered.map(
    (insertion, index) => text.slice(ordered[index - 1]?.position ?? 0, insertion.position) + insertion.text,
  );
  return pieces.join('') + text.slice(ordered.at(-1)?.position ?? 0);
}

interface LinkedFeatures {
  /** The name of the directive in this supergraph; a feature may be linked `as` something else. */
  readonly tag: string;
  readonly inaccessible: string;
  readonly isInaccessibleLinked: boolean;
  /** Where the schema definition's directives end. */
  readonly endOfLinks: number;
}

function linkedFeatures(document: DocumentNode): LinkedFeatures {
  const schema = schemaDefinitionOf(document);
  const links = (schema?.directives ?? []).filter((directive) => directive.name.value === 'link');
  const nameOf = (feature: string): string | undefined => {
    const link = links.find((node) => stringArgument(node, 'url')?.includes(`specs.apollo.dev/${feature}/`));
    return link && (stringArgument(link, 'as') ?? feature);
  };
  return {
    tag: nameOf('tag') ?? 'tag',
    inaccessible: nameOf('inaccessible') ?? 'inaccessible',
    isInaccessibleLinked: nameOf('inaccessible') !== undefined,
    endOfLinks: links.at(-1)?.loc?.end ?? 0,
  };
}

/** A supergraph in which nothing was hidden so far does not know the feature (https://specs.apollo.dev/inaccessible/v0.2). */
function linkingInaccessible(features: LinkedFeatures, endOfText: number): Insertion[] {
  if (features.isInaccessibleLinked) return [];
  const locations =
    'FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION';
  return [
    {
      position: features.endOfLinks,
      text: '\n  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)',
    },
    { position: endOfText, text: `\ndirective @inaccessible on ${locations}\n` },
  ];
}

function queryRootOf(document: DocumentNode): string {
  const operations = schemaDefinitionOf(document)?.operationTypes ?? [];
  return operations.find((node) => node.operation === OperationTypeNode.QUERY)?.type.name.value ?? 'Query';
}

function schemaDefinitionOf(document: DocumentNode): SchemaDefinitionNode | undefined {
  return document.definitions.find((node) => node.kind === Kind.SCHEMA_DEFINITION);
}
