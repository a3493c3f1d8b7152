/**
 * Keeps the fields that a `@requires` asks for with arguments apart from each other and from the client's own.
 *
 * Apollo's planner (2.14.4) knows a fetched field by its name alone. Beside a required `comments(limit: 3)` it believes
 * the client's `comments(limit: 1)` to be what the subgraph needs, and of two `@requires` with different arguments it fetches one:
 * wrong answers, no error. So it plans on a supergraph in which each required (field, arguments) is a field of its own
 * without arguments, `_r1_comments`; in the plan, that field is then written out as `_r1_comments: comments(limit: 3)`,
 * and representations rename it back (`inputRewrites`). The client's own use of such a field is a fetch of its own.
 */
import {
  Kind,
  parse,
  print,
  stripIgnoredCharacters,
  type ArgumentNode,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type FieldNode,
  type SelectionNode,
  type SelectionSetNode,
  type TypeNode,
} from 'graphql';
import { joinFields, subgraphNames, textArgument, withTextArgument } from './join-directives.js';

/** A field with the arguments that some `@requires` gives it. */
export interface RequiredField {
  readonly name: string;
  readonly arguments: readonly ArgumentNode[];
}

export interface RequiredArguments {
  /** What to plan on: the given supergraph itself where no `@requires` names a field that takes arguments. */
  readonly supergraph: DocumentNode;
  /** By the name that stands for it in plans. */
  readonly fields: ReadonlyMap<string, RequiredField>;
  /** The stand-ins that a subgraph has to be sent before it can resolve a field. */
  neededBy(subgraph: string, typeName: string, fieldName: string): ReadonlySet<string>;
}

/** The names of stand-ins, up to the name of the field itself. */
export const requiredPrefix = /_r\d+_/;

export function separateRequiredArguments(supergraph: DocumentNode): RequiredArguments {
  return new Separation(supergraph).result();
}

type FieldsType = Extract<DefinitionNode, { readonly fields?: readonly FieldDefinitionNode[] }>;

class Separation {
  private readonly types = new Map<string, FieldsType>();
  private readonly standIns = new Map<string, string>();
  private readonly fields = new Map<string, RequiredField>();
  /** By type, the stand-ins that it gets. */
  private readonly additions = new Map<string, Set<string>>();
  private readonly needs = new Map<string, Set<string>>();
  private readonly subgraphs: ReadonlyMap<string, string>;

  constructor(private readonly supergraph: DocumentNode) {
    this.subgraphs = subgraphNames(supergraph);
    for (const definition of supergraph.definitions) {
      if (hasFields(definition)) this.types.set(definition.name.value, definition);
    }
  }

  result(): RequiredArguments {
    const rewritten = this.supergraph.definitions.map((type) =>
      hasFields(type) ? this.requires(type) : type,
    );
    const definitions = rewritten.map((type) => (hasFields(type) ? this.withStandIns(type) : type));
    return {
      supergraph: this.fields.size === 0 ? this.supergraph : { ...this.supergraph, definitions },
      fields: this.fields,
      neededBy: (subgraph, typeName, fieldName) =>
        new Set(
          [typeName, ...this.implementations(typeName)].flatMap((name) => [
            ...(this.needs.get(`${subgraph} ${name}.${fieldName}`) ?? []),
          ]),
        ),
    };
  }

  private requires<Type extends FieldsType>(type: Type): Type {
    const fields = type.fields?.map((field) => ({
      ...field,
      directives: (field.directives ?? []).map((directive) => this.requiresOf(type, field, directive)),
    }));
    return { ...type, ...(fields && { fields }) };
  }

  private requiresOf(
    type: FieldsType,
    field: FieldDefinitionNode,
    directive: ConstDirectiveNode,
  ): ConstDirectiveNode {
    const fieldSet = directive.name.value === 'join__field' ? textArgument(directive, 'requires') : undefined;
    if (fieldSet === undefined) return directive;
    const needed = new Set<string>();
    const set = this.selectionSet(parseFieldSet(fieldSet), type.name.value, needed);
    if (needed.size === 0) return directive;
    const subgraph = this.subgraphs.get(textArgument(directive, 'graph') ?? '') ?? '';
    this.needs.set(`${subgraph} ${type.name.value}.${field.name.value}`, needed);
    return withTextArgument(directive, 'requires', set.selections.map(print).join(' '));
  }

  private selectionSet(set: SelectionSetNode, typeName: string, needed: Set<string>): SelectionSetNode {
    return {
      ...set,
      selections: set.selections.map((selection): SelectionNode => {
        if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
        if (selection.kind === Kind.FIELD) return this.field(selection, typeName, needed);
        const condition = selection.typeCondition?.name.value ?? typeName;
        return { ...selection, selectionSet: this.selectionSet(selection.selectionSet, condition, needed) };
      }),
    };
  }

  private field(field: FieldNode, typeName: string, needed: Set<string>): FieldNode {
    const definition = fieldOf(this.types.get(typeName), field.name.value);
    if (definition === undefined) return field;
    const selectionSet =
      field.selectionSet && this.selectionSet(field.selectionSet, namedType(definition.type), needed);
    const inner = { ...field, ...(selectionSet && { selectionSet }) };
    if ((definition.arguments ?? []).length === 0) return inner;
    const standIn = this.standInFor(field);
    needed.add(standIn);
    for (const name of [typeName, ...this.implementations(typeName)]) {
      this.additions.set(name, (this.additions.get(name) ?? new Set()).add(standIn));
    }
    return { ...inner, name: { kind: Kind.NAME, value: standIn }, arguments: [] };
  }

  private standInFor(field: FieldNode): string {
    const text = stripIgnoredCharacters(
      print({ kind: Kind.FIELD, name: field.name, arguments: field.arguments ?? [] }),
    );
    const known = this.standIns.get(text);
    if (known !== undefined) return known;
    const standIn = `_r${this.standIns.size + 1}_${field.name.value}`;
    this.standIns.set(text, standIn);
    this.fields.set(standIn, { name: field.name.value, arguments: field.arguments ?? [] });
    return standIn;
  }

  /** Resolvable exactly where the field itself is: its `@join__field`s say so. */
  private withStandIns<Type extends FieldsType>(type: Type): Type {
    const added = [...(this.additions.get(type.name.value) ?? [])].flatMap((standIn) => {
      const field = fieldOf(type, this.fields.get(standIn)?.name ?? '');
      if (field === undefined) return [];
      const directives = joinFields(field.directives);
      return [{ ...field, name: { kind: Kind.NAME, value: standIn }, arguments: [], directives } as const];
    });
    return added.length === 0 ? type : { ...type, fields: [...(type.fields ?? []), ...added] };
  }

  private implementations(typeName: string): string[] {
    if (this.types.get(typeName)?.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
    return [...this.types.values()]
      .filter((type) => type.interfaces?.some(({ name }) => name.value === typeName))
      .map(({ name }) => name.value);
  }
}

function hasFields(definition: DefinitionNode): definition is FieldsType {
  return (
    definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
  );
}

function fieldOf(type: FieldsType | undefined, name: string): FieldDefinitionNode | undefined {
  return type?.fields?.find((field) => field.name.value === name);
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function parseFieldSet(text: string): SelectionSetNode {
  const [operation] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION)
    throw new Error(`expected a field set but got ${JSON.stringify(text)}`);
  return operation.selectionSet;
}
