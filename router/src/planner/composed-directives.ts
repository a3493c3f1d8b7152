/**
 * Directives for operations that `@composeDirective` put into the supergraph. Composition takes them over from whichever
 * subgraphs define them, and does not record from which; Apollo's API schema (2.14.4) leaves them out with all that comes
 * by `@link`. So clients may write them (validation and introspection know them), and no subgraph is sent them: one that
 * does not define them would refuse the whole fetch. Directives that are not linked are composed only where each subgraph
 * defines them; the planner sends those on.
 */
import type { Schema } from '@apollo/federation-internals';
import {
  extendSchema,
  isTypeDefinitionNode,
  Kind,
  parse,
  print,
  visit,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
  type TypeDefinitionNode,
  type TypeNode,
} from 'graphql';

export interface ComposedDirectives {
  /** What the API schema lacks: their definitions, and those of the types of their arguments. */
  readonly sdl: string;
  /** @returns the API schema with them */
  addedTo(apiSchema: GraphQLSchema): GraphQLSchema;
  /** @returns the operation as it is planned: without them, and without variables of types that only they have */
  leftOut(operation: DocumentNode): DocumentNode;
}

/** @param whole of the supergraph; @param apiSchema what Apollo makes of it */
export function composedDirectives(
  supergraph: DocumentNode,
  whole: Schema,
  apiSchema: Schema,
): ComposedDirectives {
  const directives = supergraph.definitions.filter(
    (definition): definition is DirectiveDefinitionNode =>
      definition.kind === Kind.DIRECTIVE_DEFINITION &&
      apiSchema.directive(definition.name.value) === undefined &&
      definition.locations.some(isExecutable) &&
      isComposed(whole, definition.name.value),
  );
  const types = missingTypes(supergraph, directives, apiSchema);
  const names = new Set(directives.map(({ name }) => name.value));
  const typeNames = new Set(types.map(({ name }) => name.value));
  const sdl = [...directives.map(forOperations), ...types]
    .map((definition) => print(plain(definition)))
    .join('\n\n');
  return {
    sdl,
    addedTo: (schema) => (sdl === '' ? schema : extendSchema(schema, parse(sdl))),
    leftOut: (operation) => (names.size === 0 ? operation : withoutDirectives(operation, names, typeNames)),
  };
}

/** Apollo's own features have no directives for operations; were there one, it would not be ours to show. */
function isComposed(whole: Schema, name: string): boolean {
  const directive = whole.directive(name);
  const source = directive && whole.coreFeatures?.sourceFeature(directive);
  return source !== undefined && !source.feature.url.identity.startsWith('https://specs.apollo.dev/');
}

/** Types of the same feature, such as `audience__Scope`, which the API schema lost with it. */
function missingTypes(
  supergraph: DocumentNode,
  directives: readonly DirectiveDefinitionNode[],
  apiSchema: Schema,
): TypeDefinitionNode[] {
  const found = new Map<string, TypeDefinitionNode>();
  const collect = (definition: DirectiveDefinitionNode | TypeDefinitionNode) => {
    visit(definition, {
      NamedType({ name: { value: name } }) {
        const type = supergraph.definitions
          .filter(isTypeDefinitionNode)
          .find((one) => one.name.value === name);
        if (type === undefined || found.has(name) || apiSchema.type(name) !== undefined) return;
        found.set(name, type);
        collect(type);
      },
    });
  };
  directives.forEach(collect);
  return [...found.values()];
}

function forOperations(definition: DirectiveDefinitionNode): DirectiveDefinitionNode {
  return { ...definition, locations: definition.locations.filter(isExecutable) };
}

/** Without what composition and other features wrote on it. */
function plain<Definition extends DirectiveDefinitionNode | TypeDefinitionNode>(
  definition: Definition,
): Definition {
  return visit(definition, {
    Directive: ({ name }) => (standard.has(name.value) ? undefined : null),
  });
}

function withoutDirectives(
  operation: DocumentNode,
  names: ReadonlySet<string>,
  types: ReadonlySet<string>,
): DocumentNode {
  return visit(operation, {
    Directive: ({ name }) => (names.has(name.value) ? null : undefined),
    VariableDefinition: ({ type }) => (types.has(typeName(type)) ? null : undefined),
  });
}

function typeName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : typeName(type.type);
}

function isExecutable({ value }: { readonly value: string }): boolean {
  return executable.has(value);
}

const standard: ReadonlySet<string> = new Set(['deprecated', 'specifiedBy', 'oneOf']);

/** https://spec.graphql.org/October2021/#ExecutableDirectiveLocation */
const executable: ReadonlySet<string> = new Set([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
]);
