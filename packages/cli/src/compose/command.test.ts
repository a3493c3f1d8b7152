import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import { Supergraph } from '@apollo/federation-internals';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type CommandResult,
  type Project,
  project,
  runCommand,
  supergraphProject,
} from '../fixtures/project.js';
import { composeCommand } from './command.js';

const products = `type Query { product(id: ID!): Product }
type Product @key(fields: "id") { id: ID! name: String! }`;
const reviews = `type Product @key(fields: "id") { id: ID! rating: Float }`;

function compose(at: Project, ...flags: string[]): Promise<CommandResult> {
  return runCommand(
    composeCommand,
    ...['--config', at.path('supergraph.yaml'), '--out', at.path('supergraph.graphql'), ...flags],
  );
}

describe('selvedge compose', () => {
  it('writes a supergraph that a router can load, and nothing else', async () => {
    const at = supergraphProject({ products, reviews });
    const { stdout, exitCode } = await compose(at);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('2 subgraphs (products, reviews)');
    const api = Supergraph.build(at.read('supergraph.graphql')).apiSchema();
    expect(api.type('Product')?.toString()).toBe('Product');
    expect(readdirSync(at.folder).sort()).toEqual([
      ...['products.graphql', 'reviews.graphql', 'supergraph.graphql', 'supergraph.yaml'],
    ]);
  });

  it('writes the same bytes whatever the order of the subgraphs, and does not touch a file that is right', async () => {
    const one = supergraphProject({ products, reviews });
    const other = supergraphProject({ reviews, products });
    await compose(one);
    await compose(other);
    expect(one.read('supergraph.graphql')).toBe(other.read('supergraph.graphql'));
    expect((await compose(one)).stdout).toContain('unchanged');
  });

  it('checks without writing: out of date, missing and up to date', async () => {
    const at = supergraphProject({ products, reviews });
    const missing = await compose(at, '--check');
    expect(missing).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is missing') as string });
    expect(existsSync(at.path('supergraph.graphql'))).toBe(false);
    await compose(at);
    expect(await compose(at, '--check')).toMatchObject({ exitCode: 0, stderr: '' });
    at.write('supergraph.graphql', `${at.read('supergraph.graphql')}\n`);
    const stale = await compose(at, '--check');
    expect(stale.exitCode).toBe(1);
    expect(stale.stderr).toContain('is out of date');
    expect(stale.stderr).toContain('run `npm run compose`');
  });

  it('leaves the written supergraph alone when the subgraphs do not compose', async () => {
    const at = supergraphProject({ products, reviews });
    await compose(at);
    const before = at.read('supergraph.graphql');
    at.write('reviews.graphql', 'type Product {');
    expect((await compose(at)).exitCode).toBe(1);
    expect(at.read('supergraph.graphql')).toBe(before);
  });

  it('prints hints in one line each, on demand', async () => {
    const at = supergraphProject({ products, reviews: `"Text."\n${reviews}` });
    at.write(
      'products.graphql',
      at.read('products.graphql').replace('type Product', '"Other."\ntype Product'),
    );
    expect((await compose(at)).stdout).not.toContain('INCONSISTENT_DESCRIPTION');
    const hints = (await compose(at, '--hints')).stdout
      .split('\n')
      .filter((line) => /^(WARN|INFO|DEBUG) /.test(line));
    expect(hints).toEqual([expect.stringMatching(/^WARN INCONSISTENT_DESCRIPTION Product: .+\.$/)]);
  });

  it('asks a running subgraph for its schema', async () => {
    const server = createServer((request, response) => {
      const isAuthorised = request.headers['x-key'] === 'secret';
      response.writeHead(isAuthorised ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: { _service: { sdl: 'type Query { answer: Int }' } } }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const at = project({
      'supergraph.yaml': `subgraphs: { live: { schema: { subgraph_url: "${url}", introspection_headers: { x-key: "\${env.NOT_SET_ANYWHERE:-secret}" } } } }`,
    });
    expect(await compose(at)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(at.read('supergraph.graphql')).toContain(`@join__graph(name: "live", url: "${url}")`);
    at.write('supergraph.yaml', `subgraphs: { live: { schema: { subgraph_url: "${url}" } } }`);
    expect((await compose(at)).stderr).toBe(`subgraph live: ${url} answered 401 instead of its schema`);
  });
});

describe('a composition error names subgraph, coordinate, place and the way out', () => {
  const cases: { name: string; reviews: string; header: string; place: string | null; advice: string }[] = [
    {
      name: 'a type that is not defined',
      reviews: `type Product @key(fields: "id") { id: ID!\n rating: Stars }`,
      header: 'INVALID_GRAPHQL at Product.rating in reviews',
      place: 'reviews.graphql:3',
      advice: 'neither defined nor imported with @link',
    },
    {
      name: 'a schema that cannot be parsed',
      reviews: `type Product {\n`,
      header: 'INVALID_GRAPHQL in reviews',
      place: 'reviews.graphql:3',
      advice: 'not valid GraphQL',
    },
    {
      name: 'a field of two types',
      reviews: `type Product @key(fields: "id") { id: ID! name: Int! @shareable }`,
      header: 'FIELD_TYPE_MISMATCH at Product.name in products, reviews',
      place: 'reviews.graphql:2',
      advice: 'one type in every subgraph',
    },
    {
      name: 'a field that two subgraphs resolve',
      reviews: `type Product @key(fields: "id") { id: ID! name: String! }`,
      header: 'INVALID_FIELD_SHARING at Product.name in products, reviews',
      place: 'products.graphql:3',
      advice: '@shareable in every subgraph',
    },
    {
      name: '@requires of a field that is not declared',
      reviews: `type Product @key(fields: "id") { id: ID! rating: Float @requires(fields: "weight") }`,
      header: 'REQUIRES_INVALID_FIELDS at Product.rating in reviews',
      place: 'reviews.graphql:2',
      advice: 'every field in it must exist',
    },
    {
      name: '@external that nobody resolves',
      reviews: `type Product @key(fields: "id") { id: ID! weight: Int @external rating: Float @requires(fields: "weight") }`,
      header: 'EXTERNAL_MISSING_ON_BASE at Product.weight in reviews',
      place: 'reviews.graphql:2',
      advice: 'in the subgraph that owns it',
    },
    {
      name: 'an argument that only one subgraph has',
      reviews: `type Product @key(fields: "id") { id: ID! name(long: Boolean!): String! @shareable }`,
      header: 'REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH at Product.name(long:) in products, reviews',
      place: 'reviews.graphql:2',
      advice: 'make it nullable or give it a default value',
    },
    {
      name: 'a field that no query can reach',
      reviews: `type Product @key(fields: "id", resolvable: false) { id: ID! rating: Float }`,
      header: 'SATISFIABILITY_ERROR at Product.rating in products, reviews',
      place: null,
      advice: 'Give the type a @key',
    },
  ];
  it.each(cases)('$name', async ({ reviews: broken, header, place, advice }) => {
    const at = supergraphProject({ products, reviews: broken });
    const { stderr, exitCode } = await compose(at);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/the subgraphs do not compose: \d+ errors?\n/);
    const block = stderr.split('\n\n').find((text) => text.startsWith(header)) ?? stderr;
    expect(block.split('\n')[0]).toBe(header);
    if (place !== null) expect(block).toContain(`  ${at.path(place)}\n`);
    expect(block.split('\n').at(-1)).toMatch(/^ {2}-> /);
    expect(block).toContain(advice);
  });
});

describe('a configuration that is wrong', () => {
  const cases: { name: string; config: string; message: string }[] = [
    {
      name: 'a misspelt key',
      config: 'subgraphs: { a: { routing_ulr: x, schema: { file: a.graphql } } }',
      message: 'unknown key `subgraphs.a.routing_ulr`; did you mean `routing_url`?',
    },
    {
      name: 'a key like no other',
      config: 'subgraphs: { a: { schema: { file: a.graphql }, zzz: 1 } }',
      message: 'unknown key `subgraphs.a.zzz`; known here are routing_url, schema',
    },
    { name: 'not YAML', config: 'subgraphs: {\n', message: 'supergraph.yaml:2: not YAML' },
    { name: 'no subgraph', config: 'subgraphs: {}', message: 'there is nothing to compose' },
    {
      name: 'no place of a schema',
      config: 'subgraphs: { a: { schema: {} } }',
      message: '`subgraphs.a.schema` must have one of `file`, `subgraph_url` and `sdl`, but got 0',
    },
    {
      name: 'a schema that is not there',
      config: 'subgraphs: { a: { schema: { file: a.graphql } }, b: { schema: { file: b.graphql } } }',
      message: 'b.graphql: there is no such file',
    },
    {
      name: 'a graph in GraphOS',
      config: 'subgraphs: { a: { schema: { graphref: x@y, subgraph: z } } }',
      message: 'names a graph in GraphOS',
    },
    {
      name: 'another version of federation',
      config: 'federation_version: =2.0.1\nsubgraphs: { a: { schema: { file: a.graphql } } }',
      message: '`=2.0.1` is not installed; write `=2.14.4`',
    },
    {
      name: 'an environment variable that is not set',
      config: 'subgraphs: { a: { schema: { file: "${env.NOT_SET_ANYWHERE}" } } }',
      message: 'the environment variable NOT_SET_ANYWHERE is not set',
    },
  ];
  it.each(cases)('$name', async ({ config, message }) => {
    const { stderr, exitCode } = await compose(project({ 'supergraph.yaml': config }));
    expect(exitCode).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
  });

  it('is not there at all', async () => {
    const { stderr } = await compose(project({}));
    expect(stderr).toMatch(/supergraph\.yaml: there is no such file$/);
  });
});
