/** `__schema` and `__type` are answered by graphql-js from the API schema, with the client's own selections. */
import {
  executeSync,
  Kind,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { CollectedField } from './selections.js';
import type { IntrospectionText } from './shape.js';

export function introspectionFields(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): (field: CollectedField) => IntrospectionText {
  return (field) => {
    const selectionSet = { kind: Kind.SELECTION_SET, selections: field.nodes } as const;
    const { kind, operation: type, variableDefinitions = [] } = operation;
    const document: DocumentNode = {
      kind: Kind.DOCUMENT,
      definitions: [{ kind, operation: type, variableDefinitions, selectionSet }, ...fragments.values()],
    };
    const answer: IntrospectionText = (variables) => {
      const { data } = executeSync({ schema, document, variableValues: variables });
      return JSON.stringify(data?.[field.responseName] ?? null);
    };
    if (usesVariables(document)) return answer;
    let known: string | undefined;
    return (variables) => (known ??= answer(variables));
  };
}

function usesVariables(document: DocumentNode): boolean {
  let uses = false;
  visit(document, {
    VariableDefinition: () => false,
    Variable: () => {
      uses = true;
    },
  });
  return uses;
}
