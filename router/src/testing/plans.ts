/** Plans by hand, compiled and run over answers that the test gives, without planner, subgraphs or transport. */
import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { buildSchema, Kind, OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';
import { compileOperation, type CompiledOperation } from '../execution/compiled-operation.js';
import { ofNoCall, type FetchAnswer, type FetchPort } from '../execution/fetch-answer.js';
import { HiddenNames } from '../execution/hidden-names.js';
import { runPlan, type PlanOutcome } from '../execution/run-plan.js';
import { TypeRelations } from '../execution/type-relations.js';
import { dataNames } from '../planner/data-names.js';

export function rootFetch(subgraph: string, operation: string): FetchNode {
  return fetchNode(subgraph, operation);
}

/** @param keys of the type, flat or in braces; `__typename` comes by itself */
export function entityFetch(subgraph: string, type: string, keys: string, selections: string): FetchNode {
  const operation = `query($representations:[_Any!]!){_entities(representations:$representations){...on ${type}{${selections}}}}`;
  const requires = [
    { kind: 'InlineFragment', typeCondition: type, selections: fieldsOf(`__typename ${keys}`) },
  ];
  return { ...fetchNode(subgraph, operation), requires } as FetchNode;
}

/** @param path keys, and `@` for each list */
export function at(path: string, node: FetchNode): PlanNode {
  return { kind: 'Flatten', path: path.split('.'), node };
}

export function sequence(...nodes: PlanNode[]): PlanNode {
  return { kind: 'Sequence', nodes };
}

export function parallel(...nodes: PlanNode[]): PlanNode {
  return { kind: 'Parallel', nodes };
}

/** @param sdl of the supergraph, all of which clients see */
export function compiled(sdl: string, query: string, node: PlanNode): CompiledOperation {
  const apiSchema = buildSchema(sdl);
  const document = parse(query);
  const definition = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  if (definition === undefined) throw new Error('expected an operation but got none');
  return compileOperation(
    { plan: { kind: 'QueryPlan', node }, document, definition },
    {
      apiSchema,
      types: new TypeRelations(apiSchema),
      hidden: new HiddenNames(apiSchema, apiSchema),
      names: dataNames({ reserved: new Set(), belowInterfaceObjects: new Set() }),
    },
  );
}

export interface AskedFetch {
  readonly subgraph: string;
  /** The text, without names. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What was asked for; `null`: a root type. */
  readonly representations: readonly Readonly<Record<string, unknown>>[] | null;
}

/** @param answer to each call: `data` at a root, `entities` otherwise. @returns what came of it, and what was asked */
export async function run(
  { plan }: CompiledOperation,
  answer: (asked: AskedFetch) => Partial<FetchAnswer>,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<PlanOutcome & { readonly asked: readonly AskedFetch[] }> {
  const asked: AskedFetch[] = [];
  const port: FetchPort = {
    fetch({ template: { subgraph, query }, representations: texts, variables: pairs }) {
      const representations = texts?.map((text) => JSON.parse(text) as Record<string, unknown>) ?? null;
      const given = JSON.parse(`{${pairs}}`) as Record<string, unknown>;
      const one = { subgraph, query, variables: given, representations };
      asked.push(one);
      const nothing = {
        data: null,
        entities: [],
        errors: [],
        cacheControl: [],
        isPrivate: false,
        ...ofNoCall,
      };
      return Promise.resolve({ ...nothing, ...answer(one) });
    },
  };
  const request = { port, variables, coercedVariables: variables, patience: () => 0 };
  const { results, failures } = await runPlan(plan, request);
  return { results, failures, asked };
}

function fetchNode(serviceName: string, operation: string): FetchNode {
  return {
    kind: 'Fetch',
    serviceName,
    operation,
    operationKind: OperationTypeNode.QUERY,
    variableUsages: [],
  } as unknown as FetchNode;
}

/** `a b { c }` as a plan has it. */
function fieldsOf(text: string): unknown[] {
  const [definition] = parse(`{${text}}`, { noLocation: true }).definitions as OperationDefinitionNode[];
  const convert = (set: OperationDefinitionNode['selectionSet']): unknown[] =>
    set.selections.flatMap((selection) =>
      selection.kind === Kind.FIELD
        ? [
            {
              kind: 'Field',
              name: selection.name.value,
              ...(selection.selectionSet && { selections: convert(selection.selectionSet) }),
            },
          ]
        : [],
    );
  return definition === undefined ? [] : convert(definition.selectionSet);
}
