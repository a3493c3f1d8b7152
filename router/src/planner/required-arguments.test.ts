import type { FetchNode, PlanNode } from '@apollo/query-planner';
import { describe, expect, test } from 'vitest';
import { compose } from '../testing/compose.js';
import { supergraphPlanner } from './supergraph-planner.js';

const comment = 'type Comment { id: ID @shareable text: String @shareable }';
const posts = `
  type Query { post: Post authored: Authored }
  interface Authored { id: ID! author: Person }
  interface Person { id: ID! notes(first: Int): [Comment] }
  type User implements Person @key(fields: "id") { id: ID! notes(first: Int): [Comment] }
  type Bot implements Person @key(fields: "id") { id: ID! notes(first: Int): [Comment] }
  type Post implements Authored @key(fields: "id") {
    id: ID! title: String author: Person comments(limit: Int, by: By): [Comment]
  }
  enum By { DATE VOTES }
  ${comment}
`;
const scores = `
  type Post @key(fields: "id") {
    id: ID!
    comments(limit: Int, by: By): [Comment] @external
    author: Person @external
    score: Int @requires(fields: "comments(limit: 3) { id }")
    rank(of: Int): Int @requires(fields: "comments(limit: 5, by: VOTES) { id }")
    mood: Int @requires(fields: "comments { text }")
    fame: Int @requires(fields: "author { notes(first: 2) { text } }")
    plain: Int
  }
  interface Person { id: ID! notes(first: Int): [Comment] }
  type User implements Person @key(fields: "id") { id: ID! notes(first: Int): [Comment] @external }
  type Bot implements Person @key(fields: "id") { id: ID! notes(first: Int): [Comment] @external }
  enum By { DATE VOTES }
  ${comment}
`;
const url = 'http://127.0.0.1:9/';
const sdl = compose([
  { name: 'posts', url, typeDefs: posts },
  { name: 'scores', url, typeDefs: scores },
]);
const planner = supergraphPlanner(sdl, { plans: undefined, paths: undefined });

function fetches(text: string): FetchNode[] {
  const plan = planner.plan({ text, operationName: undefined, overrideLabels: [] });
  const collect = (node: PlanNode): FetchNode[] => {
    if (node.kind === 'Fetch') return [node];
    if (node.kind === 'Flatten') return collect(node.node);
    if (node.kind === 'Sequence' || node.kind === 'Parallel') return node.nodes.flatMap(collect);
    throw new Error(`expected a fetch but got ${node.kind}`);
  };
  return plan.node === undefined || plan.node.kind === 'Subscription' ? [] : collect(plan.node);
}

describe('a field that @requires asks for with arguments', () => {
  test('stands beside the client’s own use of it with others', () => {
    const [first, second] = fetches('{ post { comments(limit: 1) { id } score } }');
    expect(first?.operation).toBe(
      '{post{__typename id comments(limit:1){id}_r1_comments:comments(limit:3){id}}}',
    );
    expect(second?.operation).toContain('...on Post{score}');
    expect(second?.inputRewrites).toEqual([
      { kind: 'KeyRenamer', path: ['... on Post', '_r1_comments'], renameKeyTo: 'comments' },
    ]);
  });

  test('stands beside the client’s use of it without any', () => {
    const [first] = fetches('{ post { comments { id } score mood } }');
    expect(first?.operation).toContain('comments{id}');
    expect(first?.operation).toContain('_r1_comments:comments(limit:3){id}');
    expect(first?.operation).toContain('_r3_comments:comments{text}');
  });

  test('gives each of two fields a representation of its own', () => {
    const [first, ...entities] = fetches('query ($n: Int) { post { score plain rank(of: $n) } }');
    expect(first?.operation).toContain('_r1_comments:comments(limit:3){id}');
    expect(first?.operation).toContain('_r2_comments:comments(limit:5 by:VOTES){id}');
    expect(entities.map(({ operation, variableUsages }) => ({ operation, variableUsages }))).toEqual([
      {
        operation:
          'query($representations:[_Any!]!){_entities(representations:$representations){...on Post{score}...on Post{plain}}}',
        variableUsages: [],
      },
      {
        operation:
          'query($representations:[_Any!]!$n:Int){_entities(representations:$representations){...on Post{rank(of:$n)}}}',
        variableUsages: ['n'],
      },
    ]);
    const names = entities.map(({ requires = [] }) => JSON.stringify(requires).match(/_r\d_comments/g));
    expect(names).toEqual([['_r1_comments'], ['_r2_comments']]);
  });

  test('is kept apart through an interface and below other fields', () => {
    const [first, second] = fetches('{ post { author { notes(first: 9) { id } } fame } }');
    expect(first?.operation.match(/_r4_notes:notes\(first:2\)\{text\}/g)?.length).toBeGreaterThan(0);
    expect(first?.operation).toContain('notes(first:9){id}');
    expect(second?.inputRewrites?.map(({ path }) => path)).toContainEqual(
      expect.arrayContaining(['... on Post', 'author', '_r4_notes']),
    );
  });

  test('leaves no trace in what clients see, nor in plans that do not need it', () => {
    expect(planner.digest.apiSdl).not.toMatch(/_r\d_/);
    expect(fetches('{ post { comments(limit: 3) { id } plain } }').map(({ operation }) => operation)).toEqual(
      [
        '{post{__typename id comments(limit:3){id}}}',
        'query($representations:[_Any!]!){_entities(representations:$representations){...on Post{plain}}}',
      ],
    );
  });
});

describe('a client’s alias', () => {
  test('that shadows a key is fetched under another name', () => {
    expect(fetches('{ post { id: title plain } }').map(({ operation }) => operation)).toEqual([
      '{post{__typename id _c_id:title}}',
      'query($representations:[_Any!]!){_entities(representations:$representations){...on Post{plain}}}',
    ]);
    expect(fetches('{ post { __typename: title plain } }')[0]?.operation).toContain('_c___typename:title');
    expect(fetches('{ post { _c_id: title x: title } }')[0]?.operation).toBe(
      '{post{_c__c_id:title x:title}}',
    );
  });

  test('that shadows nothing stays', () => {
    expect(fetches('{ post { a: title id } }')[0]?.operation).toBe('{post{a:title id}}');
  });
});
