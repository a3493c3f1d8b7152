// What to do about each composition error, in one sentence. Composition says what is wrong; a person wants the way out.

/**
 * The advice for a composition error code.
 *
 * @returns one sentence; for a code that is not in the table, where to read about it
 */
export function adviceFor(code: string): string {
  return (
    adviceByCode.get(code) ??
    'See the code in https://www.apollographql.com/docs/graphos/reference/federation/errors.'
  );
}

const removeFromFieldSet = (directive: string): string =>
  `Name only fields of the type without arguments in the field set of @${directive}, or drop the argument from the field.`;
const markExternal = (directive: string): string =>
  `Declare the field that @${directive} names in this subgraph as well, with @external (or without it, where this subgraph can resolve it).`;
const fieldSetIsString = (directive: string): string =>
  `Give @${directive}(fields:) one string with field names separated by spaces, for example "id" or "sku warehouse { code }".`;
const fieldSetMustParse = (directive: string): string =>
  `Correct the field set of @${directive}: every field in it must exist on the type as this subgraph declares it.`;
const notOnInterfaces = (directive: string): string =>
  `Move @${directive} from the interface to the types that implement it.`;
const noDirectivesInFieldSet = (directive: string): string =>
  `Take the directives out of the field set of @${directive}.`;
const defaultRootName = (kind: string): string =>
  `Rename the type that is called ${kind}, or make it this subgraph's ${kind.toLowerCase()} root; composition needs the name for the root.`;

const adviceByCode: ReadonlyMap<string, string> = new Map(
  Object.entries({
    // The schema of one subgraph.
    INVALID_GRAPHQL:
      'Correct the schema at that place: it is not valid GraphQL, or names a type or directive that is neither defined nor imported with @link.',
    DIRECTIVE_DEFINITION_INVALID:
      'Remove the definition of the directive and import it with @link instead, or make it equal to the specification.',
    TYPE_DEFINITION_INVALID:
      'Remove the definition of the type and import it with @link instead, or make it equal to the specification.',
    INVALID_SUBGRAPH_NAME: 'Choose another name in supergraph.yaml, one that begins with a letter.',
    UNSUPPORTED_LINKED_FEATURE: 'Remove the @link, or link a version of the feature that composition knows.',
    UNKNOWN_FEDERATION_LINK_VERSION:
      'Link a federation version that composition knows, for example https://specs.apollo.dev/federation/v2.9.',
    UNKNOWN_LINK_VERSION: 'Link https://specs.apollo.dev/link/v1.0.',
    INVALID_LINK_DIRECTIVE_USAGE:
      'Correct the @link on the schema: it takes a `url`, and each name in `import` must exist in that feature.',
    INVALID_LINK_IDENTIFIER: 'Correct the `url` of the @link: it ends in /<name>/v<major>.<minor>.',
    LINK_IMPORT_NAME_MISMATCH: 'Import the directive under the same name in every subgraph.',
    ROOT_QUERY_USED: defaultRootName('Query'),
    ROOT_MUTATION_USED: defaultRootName('Mutation'),
    ROOT_SUBSCRIPTION_USED: defaultRootName('Subscription'),
    NO_QUERIES: 'Give at least one subgraph a `type Query` with a field.',
    UNSUPPORTED_FEATURE:
      'Write it without the feature that the message names; federation does not support it yet.',
    // @key, @requires, @provides and @external.
    KEY_FIELDS_HAS_ARGS: removeFromFieldSet('key'),
    PROVIDES_FIELDS_HAS_ARGS: removeFromFieldSet('provides'),
    PROVIDES_FIELDS_MISSING_EXTERNAL: markExternal('provides'),
    REQUIRES_FIELDS_MISSING_EXTERNAL: markExternal('requires'),
    KEY_UNSUPPORTED_ON_INTERFACE:
      'Link federation v2.3 or later, which allows @key on interfaces, or move @key to the types that implement it.',
    PROVIDES_UNSUPPORTED_ON_INTERFACE: notOnInterfaces('provides'),
    REQUIRES_UNSUPPORTED_ON_INTERFACE: notOnInterfaces('requires'),
    EXTERNAL_UNUSED:
      'Remove the @external field, or name it in a @key, @requires or @provides of this subgraph.',
    EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE:
      'Keep either @external or the other directive on the field, not both.',
    EXTERNAL_ON_INTERFACE: 'Move @external to the fields of the types that implement the interface.',
    EXTERNAL_TYPE_MISMATCH: 'Give the @external field the type that the subgraph which resolves it declares.',
    EXTERNAL_ARGUMENT_MISSING:
      'Declare the same arguments on the @external field as the subgraph that resolves it.',
    EXTERNAL_ARGUMENT_TYPE_MISMATCH:
      'Give the argument of the @external field the type that the subgraph which resolves it declares.',
    EXTERNAL_ARGUMENT_DEFAULT_MISMATCH:
      'Give the argument of the @external field the default value that the subgraph which resolves it declares.',
    EXTERNAL_MISSING_ON_BASE:
      'Declare the field without @external in the subgraph that owns it, or correct its name here.',
    MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: 'Move the directive to the subgraph that resolves the field.',
    TYPE_WITH_ONLY_UNUSED_EXTERNAL:
      'Remove the type from this subgraph: it declares only @external fields and uses none of them.',
    PROVIDES_ON_NON_OBJECT_FIELD:
      'Remove @provides: the field returns no object whose fields could be provided.',
    KEY_INVALID_FIELDS_TYPE: fieldSetIsString('key'),
    PROVIDES_INVALID_FIELDS_TYPE: fieldSetIsString('provides'),
    REQUIRES_INVALID_FIELDS_TYPE: fieldSetIsString('requires'),
    KEY_INVALID_FIELDS: fieldSetMustParse('key'),
    PROVIDES_INVALID_FIELDS: fieldSetMustParse('provides'),
    REQUIRES_INVALID_FIELDS: fieldSetMustParse('requires'),
    KEY_FIELDS_SELECT_INVALID_TYPE:
      'Use only scalar, enum and object fields in @key; lists, interfaces and unions cannot be part of a key.',
    KEY_DIRECTIVE_IN_FIELDS_ARG: noDirectivesInFieldSet('key'),
    PROVIDES_DIRECTIVE_IN_FIELDS_ARG: noDirectivesInFieldSet('provides'),
    REQUIRES_DIRECTIVE_IN_FIELDS_ARG: noDirectivesInFieldSet('requires'),
    // Subgraphs against each other.
    TYPE_KIND_MISMATCH: 'Make the type of one kind in every subgraph, or rename it in one.',
    FIELD_TYPE_MISMATCH:
      'Give the field one type in every subgraph (one may be non-null where another is nullable), or rename it in one.',
    FIELD_ARGUMENT_TYPE_MISMATCH:
      'Give the argument one type in every subgraph (one may be non-null where another is nullable).',
    FIELD_ARGUMENT_DEFAULT_MISMATCH: 'Give the argument the same default value in every subgraph.',
    INPUT_FIELD_DEFAULT_MISMATCH: 'Give the input field the same default value in every subgraph.',
    INVALID_FIELD_SHARING:
      'Mark the field @shareable in every subgraph that resolves it, move it with @override, or keep it in one subgraph only.',
    INVALID_SHAREABLE_USAGE:
      'Remove @shareable there: the fields of an interface are not resolved, so they cannot be shared.',
    SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES:
      'Let every subgraph that shares the field return the same possible types.',
    EXTENSION_WITH_NO_BASE:
      'Define the type without `extend` in the subgraph that owns it, or correct its name.',
    REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH:
      'Add the argument to the field in the other subgraphs, or make it nullable or give it a default value.',
    REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH:
      'Add the input field in the other subgraphs, or make it nullable or give it a default value.',
    EMPTY_MERGED_INPUT_TYPE:
      'Declare at least one field of the input type in all subgraphs that have it: an input type keeps only what all of them know.',
    ENUM_VALUE_MISMATCH:
      'Declare the same values in every subgraph: the enum is used both for input and for output.',
    EMPTY_MERGED_ENUM_TYPE:
      'Declare at least one value of the enum in all subgraphs that have it: an input enum keeps only what all of them know.',
    INTERFACE_FIELD_NO_IMPLEM:
      'Add the field to every type that implements the interface, in a subgraph that can resolve it.',
    SATISFIABILITY_ERROR:
      'Give the type a @key that the subgraph named last can resolve (or make that key resolvable), or let the subgraph that returns it resolve the field too, with @shareable.',
    MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED:
      'Reduce the number of subgraphs that share the same fields: composition gave up checking the combinations.',
    // @override.
    OVERRIDE_FROM_SELF_ERROR:
      'Name another subgraph in @override(from:), the one that resolved the field before.',
    OVERRIDE_SOURCE_HAS_OVERRIDE:
      'Remove one of the two @override: a field can be taken over by one subgraph only.',
    OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE:
      'Remove @override or the other directive (@external, @provides or @requires) from the field.',
    OVERRIDE_ON_INTERFACE: 'Move @override to the fields of the types that implement the interface.',
    OVERRIDE_LABEL_INVALID: 'Use a label such as "percent(5)" or one that begins with a letter.',
    // @inaccessible, and contracts, which are made of it.
    REFERENCED_INACCESSIBLE:
      'Hide what refers to the hidden element too (@inaccessible or the same @tag), or make the element visible.',
    DEFAULT_VALUE_USES_INACCESSIBLE:
      'Change the default value so that it does not use the hidden element, or make the element visible.',
    QUERY_ROOT_TYPE_INACCESSIBLE: 'Leave at least one field of Query visible: without one there is no API.',
    REQUIRED_INACCESSIBLE:
      'Give the hidden argument or input field a default value or make it nullable: a client that cannot see it cannot give it.',
    IMPLEMENTED_BY_INACCESSIBLE: 'Hide the field in the interface as well, or make it visible in the type.',
    DISALLOWED_INACCESSIBLE: 'Remove @inaccessible there: built-in elements cannot be hidden.',
    ONLY_INACCESSIBLE_CHILDREN: 'Hide the whole type instead, or leave one of its members visible.',
    // Interfaces as entities.
    INTERFACE_OBJECT_USAGE_ERROR:
      'Give the @interfaceObject type a @key, and use no type in that subgraph that implements the interface.',
    INTERFACE_KEY_NOT_ON_IMPLEMENTATION: 'Repeat the @key of the interface on every type that implements it.',
    INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE:
      'Declare all types that implement the interface in the subgraph that has its @key.',
    // @context.
    CONTEXT_NOT_SET: 'Set the context with @context on a type above the field, or correct its name.',
    CONTEXT_INVALID_SELECTION:
      'Let the selection of @fromContext lead to exactly one field of the right type.',
    NO_CONTEXT_IN_SELECTION:
      'Begin the selection of @fromContext with the context, for example "$user { id }".',
    CONTEXT_NO_RESOLVABLE_KEY: 'Make at least one @key of the type resolvable.',
    CONTEXT_NAME_INVALID: 'Use only letters and digits in the name of the context.',
    CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS:
      'Use @fromContext on the argument in every subgraph, or make it nullable or give it a default value in the others.',
    // Custom directives, costs and access.
    DIRECTIVE_COMPOSITION_ERROR:
      'Link and @composeDirective the directive with the same url and name in every subgraph.',
    COST_APPLIED_TO_INTERFACE_FIELD: 'Move @cost to the fields of the types that implement the interface.',
    LIST_SIZE_APPLIED_TO_NON_LIST: 'Remove @listSize, or name the list below it in `sizedFields`.',
    LIST_SIZE_INVALID_ASSUMED_SIZE: 'Give `assumedSize` a number that is not negative.',
    LIST_SIZE_INVALID_SIZED_FIELD: 'Name in `sizedFields` only fields of the returned type that are lists.',
    LIST_SIZE_INVALID_SLICING_ARGUMENT:
      'Name in `slicingArguments` only arguments of the field that are integers.',
    AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE:
      'Move the access directive to the types that implement the interface.',
    MISSING_TRANSITIVE_AUTH_REQUIREMENTS:
      'Repeat on the field the access directives of the fields that it requires.',
    // The gateway's own; composition does not raise them.
    INVALID_FEDERATION_SUPERGRAPH:
      'Compose the supergraph again: this text was not made by composition, or by another version.',
    DOWNSTREAM_SERVICE_ERROR: 'See the error of the subgraph that it names.',
  }),
);
