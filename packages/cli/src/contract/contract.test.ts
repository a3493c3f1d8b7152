import { printSchema, Supergraph } from '@apollo/federation-internals';
import { describe, expect, it } from 'vitest';
import { composeCommand } from '../compose/command.js';
import { composeSubgraphs } from '../compose/compose-subgraphs.js';
import { CommandFailure } from '../command-failure.js';
import { project, runCommand, supergraphProject } from '../fixtures/project.js';
import { buildContract } from './build-contract.js';
import { contractFile } from './contracts-config.js';

function supergraphOf(sdl: string): string {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@tag", "@inaccessible"])\n';
  const composition = composeSubgraphs([
    { name: 'shop', routingUrl: 'http://shop/', origin: 'shop', sdl: link + sdl },
  ]);
  if ('problems' in composition) throw new Error(JSON.stringify(composition.problems));
  return composition.supergraphSdl;
}

function contractOf(sdl: string, ...tags: string[]): { api: string; hidden: readonly string[] } {
  const { supergraphSdl, hidden } = buildContract('partner', supergraphOf(sdl), tags);
  return { api: printSchema(Supergraph.build(supergraphSdl).apiSchema()), hidden };
}

describe('a contract', () => {
  it('hides what has the tag, of every kind, and nothing else', () => {
    const { api, hidden } = contractOf(
      `type Query { shown(a: Int, b: Int @tag(name: "x")): Kind, hidden: Int @tag(name: "x"), other: Int @tag(name: "y"), in(i: Input): Any }
       enum Kind { A B @tag(name: "x") }
       input Input { a: Int, b: Int @tag(name: "x") }
       union Any = Left | Right
       type Left { a: Int } type Right @tag(name: "x") { a: Int }`,
      'x',
    );
    expect(hidden).toEqual(['Input.b', 'Kind.B', 'Query.shown(b:)', 'Query.hidden', 'Right']);
    expect(api).toContain('shown(a: Int): Kind');
    expect(api).toContain('other: Int');
    expect(api).toContain('union Any = Left\n');
  });

  it('hides a type that is left empty, and all that can no longer be named, however long the chain', () => {
    const { api, hidden } = contractOf(
      `type Query { visible(filter: Filter, at: Int): Int, a: A, required(filter: Filter!): Int }
       type A { b: B } type B { secret: Int @tag(name: "x") }
       input Filter { nested: Nested! } input Nested { secret: Int @tag(name: "x") }`,
      'x',
    );
    expect(api.replaceAll(/\s+/g, ' ')).toContain('type Query { visible(at: Int): Int }');
    expect(hidden).toContain('A');
    expect(hidden).toContain('Filter');
  });

  it('takes several tags', () => {
    const sdl = `type Query { a: Int, b: Int @tag(name: "x"), c: Int @tag(name: "y") }`;
    expect(contractOf(sdl, 'x').hidden).toEqual(['Query.b']);
    expect(contractOf(sdl, 'x', 'y').hidden).toEqual(['Query.b', 'Query.c']);
  });

  it('keeps what was @inaccessible before, and links the feature only once', () => {
    const sdl = `type Query { a: Int, b: Int @inaccessible @tag(name: "x"), c: Int @tag(name: "x") }`;
    const { supergraphSdl, hidden } = buildContract('partner', supergraphOf(sdl), ['x']);
    expect(hidden).toEqual(['Query.c']);
    expect(supergraphSdl.match(/inaccessible\/v0\.2/g)).toHaveLength(1);
  });

  it('changes no byte but the hidden elements, so that a review sees what they are', () => {
    const before = supergraphOf(
      `type Query { a: Int, b(x: Int = 1): [Int!]! @inaccessible @tag(name: "x"), c: Int @tag(name: "x") }`,
    );
    const { supergraphSdl } = buildContract('partner', before, ['x']);
    expect(supergraphSdl.split('\n').filter((line) => !before.split('\n').includes(line))).toEqual([
      '  c: Int @tag(name: "x") @inaccessible',
    ]);
  });

  it('is the supergraph itself when no element has the tag', () => {
    const before = supergraphOf('type Query { a: Int }');
    expect(buildContract('partner', before, ['x'])).toMatchObject({ supergraphSdl: before, hidden: [] });
  });

  it('refuses to leave no query', () => {
    const make = (): unknown => contractOf('type Query { a: Int @tag(name: "x") }', 'x');
    expect(make).toThrow(CommandFailure);
    expect(make).toThrow('contract partner: excluding "x" leaves no field of Query, so there is no API');
  });

  it('refuses an API that is not valid, with the way out', () => {
    const make = (): unknown =>
      contractOf(
        'type Query { a: T } interface I { f: Int } type T implements I { f: Int @tag(name: "x") g: Int }',
        'x',
      );
    expect(make).toThrow(CommandFailure);
    expect(make).toThrow(/IMPLEMENTED_BY_INACCESSIBLE at T\.f[^]*-> Hide the field in the interface as well/);
  });
});

describe('compose writes contracts', () => {
  const shop = 'type Query { a: Int, secret: Int @tag(name: "internal") }';

  it('from contracts.yaml, beside the whole supergraph', async () => {
    const at = supergraphProject({ shop });
    at.write('contracts.yaml', 'contracts: { partner: { exclude_tags: [internal] } }');
    const flags = ['--config', at.path('supergraph.yaml'), '--out', at.path('supergraph.graphql')];
    const { stdout } = await runCommand(composeCommand, ...flags);
    expect(stdout).toContain('hides Query.secret');
    const api = (file: string): string => printSchema(Supergraph.build(at.read(file)).apiSchema());
    expect(api('supergraph.graphql')).toContain('secret');
    expect(api('supergraph.partner.graphql')).not.toContain('secret');
    at.write('supergraph.partner.graphql', at.read('supergraph.graphql'));
    const check = await runCommand(composeCommand, ...flags, '--check');
    expect(check.stderr).toContain('supergraph.partner.graphql is out of date');
  });

  it('and of the written file itself with --exclude-tag', async () => {
    const at = supergraphProject({ shop });
    const flags = ['--config', at.path('supergraph.yaml'), '--out', at.path('public.graphql')];
    const { exitCode } = await runCommand(
      composeCommand,
      ...flags,
      '--exclude-tag',
      'other',
      '--exclude-tag',
      'internal',
    );
    expect(exitCode).toBe(0);
    expect(printSchema(Supergraph.build(at.read('public.graphql')).apiSchema())).not.toContain('secret');
  });

  it('refuses a name that cannot be part of a file name, and a misspelt key', async () => {
    const at = project({ 'supergraph.yaml': supergraphProject({ shop }).read('supergraph.yaml') });
    at.write('shop.graphql', shop);
    at.write(
      'contracts.yaml',
      'contracts: { ../x: { exclude_tags: [internal] }, b: { exclude_tag: [internal] } }',
    );
    const { stderr } = await runCommand(
      composeCommand,
      ...['--config', at.path('supergraph.yaml'), '--out', at.path('supergraph.graphql')],
    );
    expect(stderr).toContain('expected a name in lower case');
    expect(stderr).toContain('`contracts.b.exclude_tag`; did you mean `exclude_tags`?');
  });
});

describe('contractFile', () => {
  it('puts the name before the extension', () => {
    expect(contractFile('a/supergraph.graphql', 'partner')).toBe('a/supergraph.partner.graphql');
    expect(contractFile('supergraph', 'partner')).toBe('supergraph.partner.graphql');
  });
});
