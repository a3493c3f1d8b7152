import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { operationFromDocument, Supergraph } from '@apollo/federation-internals';
import {
  QueryPlanner,
  type PlanNode,
  type QueryPlan,
  type QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { mendedPlanner } from './mended-planner.js';

type Subgraphs = Readonly<Record<string, string>>;

function supergraphOf(subgraphs: Subgraphs): Supergraph {
  const definitions = Object.entries(subgraphs).map(([name, typeDefs]) => ({
    name,
    typeDefs,
    url: `http://${name}`,
  }));
  return Supergraph.build(compose(definitions), { supportedFeatures: null });
}

function operationOf(supergraph: Supergraph, text: string) {
  return operationFromDocument(supergraph.apiSchema(), parse(text));
}

/** The fetches in their order: `A {q{id}}`, and of entities `B(id)... on E{name}`. */
function steps(
  subgraphs: Subgraphs,
  text: string,
  labels: ReadonlyMap<string, boolean> = new Map(),
): string[] {
  const supergraph = supergraphOf(subgraphs);
  return printed(mendedPlanner(supergraph, {}).plan(operationOf(supergraph, text), labels));
}

function apollosSteps(subgraphs: Subgraphs, text: string): string[] {
  const supergraph = supergraphOf(subgraphs);
  return printed(new QueryPlanner(supergraph).buildQueryPlan(operationOf(supergraph, text)));
}

function printed({ node }: QueryPlan): string[] {
  const print = (one: PlanNode): string[] => {
    if (one.kind === 'Flatten') return print(one.node);
    if (one.kind === 'Sequence' || one.kind === 'Parallel') return one.nodes.flatMap(print);
    if (one.kind !== 'Fetch') throw new Error(`expected a fetch but got ${one.kind}`);
    const { serviceName, operation, requires } = one;
    if (requires === undefined) return [`${serviceName} ${operation}`];
    const entities = /\{_entities\(representations:\$representations\)\{\.\.\.(.*)\}\}$/.exec(operation)?.[1];
    return [`${serviceName}(${requires.map(sent).join('; ')}) ${String(entities)}`];
  };
  return node === undefined || node.kind === 'Subscription' ? [] : print(node);
}

function sent({ kind, selections = [], ...selection }: QueryPlanSelectionNode): string {
  const inner = selections.map(sent).filter((text) => text !== '__typename');
  if (kind === 'InlineFragment') return inner.sort().join(' ');
  const { name } = selection as { readonly name: string };
  return inner.length === 0 ? name : `${name}{${inner.join(' ')}}`;
}

// `chained` requires `needs`, which requires `f0`, and the way begins where `needs` is.
const chain = {
  A: `type E @key(fields: "id") { id: ID! f0: Int needs: Int @external chained: Int @requires(fields: "needs") }`,
  B: `
    type Query { e: E }
    type E @key(fields: "id") { id: ID! f0: Int @external needs: Int @requires(fields: "f0") }
  `,
};

describe('what a fetch cannot give is not put into it', () => {
  test('because it is external there', () => {
    const plan = [
      'B {e{__typename id}}',
      'A(id) on E{f0}',
      'B(f0 id) on E{needs}',
      'A(id needs) on E{chained}',
    ];
    expect(steps(chain, '{ e { chained } }')).toEqual(plan);
    expect(steps(chain, '{ e { needs chained } }')).toEqual(plan);
  });

  test('because it has a requirement itself, which comes from elsewhere', () => {
    const three = {
      ...chain,
      A: chain.A.replace('f0: Int', ''),
      C: 'type E @key(fields: "id") { id: ID! f0: Int }',
    };
    expect(steps(three, '{ e { chained } }')).toEqual([
      'B {e{__typename id}}',
      'C(id) on E{f0}',
      'B(f0 id) on E{needs}',
      'A(id needs) on E{chained}',
    ]);
  });

  test('because it is external there, though it is a key elsewhere', () => {
    const keys = {
      A: `type E @key(fields: "id") @key(fields: "k") { id: ID! k: ID! g: Int @external x: Int @requires(fields: "g") }`,
      B: `type Query { e: E } type E @key(fields: "id") { id: ID! k: ID! @external y: Int @requires(fields: "k") }`,
      C: 'type E @key(fields: "k") { k: ID! g: Int }',
    };
    expect(steps(keys, '{ e { x } }')).toEqual([
      'B {e{__typename id}}',
      'A(id) on E{k}',
      'C(k) on E{g}',
      'A(g id) on E{x}',
    ]);
  });

  test('because another subgraph has it, as long as a label is off', () => {
    const labelled = {
      A: 'type Query { v: V @shareable } type V { a: Int }',
      B: `
        type Query { v: V @shareable w: Int }
        type V { a: Int @override(from: "A", label: "percent(5)") }
      `,
    };
    const on = (isOn: boolean) => steps(labelled, '{ v { a } w }', new Map([['percent(5)', isOn]]));
    expect(on(false)).toEqual(['A {v{a}}', 'B {w}']);
    expect(on(true)).toEqual(['B {v{a}w}']);
  });
});

test('one interface object may require what another computes of a requirement', () => {
  const shelf = {
    goods: `
      type Query { goods: [Good!]! }
      interface Good @key(fields: "id") { id: ID! price: Int }
      type Cup implements Good @key(fields: "id") { id: ID! price: Int }
    `,
    taxes: `
      type Good @key(fields: "id") @interfaceObject { id: ID! price: Int @external tax: Int @requires(fields: "price") }
    `,
    bills: `
      type Query { billed: Good }
      type Good @key(fields: "id") @interfaceObject { id: ID! tax: Int @external total: Int @requires(fields: "tax") }
    `,
  };
  const rest = ['taxes(id price) on Good{tax}', 'bills(id tax) on Good{total}'];
  expect(steps(shelf, '{ goods { total } }')).toEqual(['goods {goods{__typename id price}}', ...rest]);
  expect(steps(shelf, '{ billed { total } }')).toEqual([
    'bills {billed{__typename id}}',
    'goods(id) on Good{__typename price}',
    ...rest,
  ]);
});

test('what an interface object requires for some types is asked of those, apart from what is asked of all', () => {
  const titles = {
    catalog: `
      type Query { all: [Title] }
      interface Title @key(fields: "id") { id: ID! title: String }
      type Book implements Title @key(fields: "id") { id: ID! title: String }
      type Film implements Title @key(fields: "id") { id: ID! title: String }
    `,
    scores: `
      type Title @key(fields: "id") @interfaceObject {
        id: ID! title: String @external score: Int poster: String @requires(fields: "title")
      }
    `,
  };
  const all = 'catalog {all{__typename id ...on Film{__typename id title}}}';
  expect(apollosSteps(titles, '{ all { ... on Film { poster } score } }')).toEqual([
    all,
    'scores(id title; id) on Title{score poster}',
  ]);
  const [first, ...others] = steps(titles, '{ all { ... on Film { poster } score } }');
  expect(first).toBe(all);
  expect(others.sort()).toEqual(['scores(id title) on Title{poster}', 'scores(id) on Title{score}']);
  // Where it is asked of all, both are one.
  expect(steps(titles, '{ all { poster ... on Film { score } } }')).toHaveLength(2);
});

describe('a subgraph entered again for a requirement', () => {
  const names =
    'type Part @key(fields: "id") @key(fields: "code") { id: ID! @shareable code: ID! @shareable name: String @shareable }';
  const labels = (keys: string) => `
    type Query { parts: [Part] named: Part @provides(fields: "name") }
    type Part ${keys} { id: ID! @shareable code: ID! @shareable name: String @external label: String @requires(fields: "name") }
  `;

  test('is entered by a key that is resolvable, wherever it stands', () => {
    const both = labels('@key(fields: "id", resolvable: false) @key(fields: "code")');
    expect(steps({ names, labels: both }, '{ parts { label } }')).toEqual([
      'labels {parts{__typename id code}}',
      'names(id) on Part{name}',
      'labels(code name) on Part{label}',
    ]);
  });

  test('is not entered where none is: that is an error', () => {
    const none = labels('@key(fields: "id", resolvable: false)');
    expect(() => steps({ names, labels: none }, '{ parts { label } }')).toThrow(
      'expected a key by which labels can be entered again for Part but got none that is resolvable',
    );
    expect(steps({ names, labels: none }, '{ named { label } }')).toEqual(['labels {named{name label}}']);
  });
});

describe('what is not mended', () => {
  test('is planned as Apollo plans it', () => {
    const root = fileURLToPath(new URL('../../../', import.meta.url));
    const read = (path: string) => readFileSync(join(root, path), 'utf8');
    const supergraph = Supergraph.build(read('supergraph.graphql'), { supportedFeatures: null });
    const theirs = new QueryPlanner(supergraph);
    const ours = mendedPlanner(supergraph, {});
    const examples = readdirSync(join(root, 'examples/operations'));
    expect(examples.length).toBeGreaterThan(5);
    for (const example of examples) {
      const operation = operationOf(supergraph, read(`examples/operations/${example}`));
      expect(ours.plan(operation, new Map()), example).toEqual(theirs.buildQueryPlan(operation));
    }
  });

  // Also says when a new version of theirs no longer needs this.
  test('is Apollo’s own planner, in the same process', () => {
    steps(chain, '{ e { chained } }');
    expect(apollosSteps(chain, '{ e { chained } }')).toEqual([
      'B {e{__typename id f0 needs}}',
      'A(id needs) on E{chained}',
    ]);
  });
});
