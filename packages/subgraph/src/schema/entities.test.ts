// `_entities` through resolvers of one's own making and interfaces, which no read of the kit stands behind.
import { graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema } from './build-schema.js';

const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { nothing: Int }
  interface Listed { title: String }
  interface Medium @key(fields: "id") { id: ID! title: String }
  type Film implements Medium @key(fields: "id") { id: ID! title: String minutes: Int }
  type Song implements Medium @key(fields: "id") { id: ID! title: String }
  type Stub @key(fields: "id") { id: ID! echo: String }
`;

interface Reference {
  readonly id: string;
}

const { schema } = buildSchema({
  sdl,
  resolvers: {
    Medium: {
      __resolveReference: ({ id }: Reference) => {
        if (id === 'lost') return null;
        if (id === 'broken') throw new Error('broken reference');
        return { id, title: `Title of ${id}` };
      },
      __resolveType: ({ id }: Reference) => {
        if (id === 'unsure') throw new Error('which one?');
        return id === 'untyped' ? undefined : id.startsWith('film') ? 'Film' : 'Song';
      },
    },
    Film: {
      __resolveReference: async ({ id }: Reference) => {
        await Promise.resolve();
        if (id === 'broken') throw new Error('broken film');
        return { id, title: 'A film' };
      },
    },
    Stub: { echo: ({ id }: Reference) => `echo of ${id}` },
  },
});

const entities = (...representations: unknown[]): ReturnType<typeof graphql> =>
  graphql({
    schema,
    source: `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Medium { title } ... on Stub { echo } } }`,
    variableValues: { r: representations },
  });

describe('_entities', () => {
  it('names rows of an interface by their type, and fails each that goes wrong alone', async () => {
    const ids = ['film1', 'song1', 'lost', 'broken', 'unsure', 'untyped', 'film2'];
    const { data, errors } = await entities(...ids.map((id) => ({ __typename: 'Medium', id })));
    expect(data).toEqual({
      _entities: [
        { __typename: 'Film', title: 'Title of film1' },
        { __typename: 'Song', title: 'Title of song1' },
        null,
        null,
        null,
        null,
        { __typename: 'Film', title: 'Title of film2' },
      ],
    });
    expect(errors?.map(({ message, path }) => [message, path?.[1]])).toEqual([
      ['broken reference', 3],
      ['which one?', 4],
      ['expected Medium.__resolveType to name a type but got undefined', 5],
    ]);
  });

  it('asks a resolver of one’s own for each, and takes a representation for its entity where there is none', async () => {
    const { data, errors } = await entities(
      { __typename: 'Film', id: 'broken' },
      { __typename: 'Stub', id: '1' },
      { __typename: 'Film', id: '2' },
    );
    expect(data).toEqual({
      _entities: [null, { __typename: 'Stub', echo: 'echo of 1' }, { __typename: 'Film', title: 'A film' }],
    });
    expect(errors).toMatchObject([{ message: 'broken film', path: ['_entities', 0] }]);
  });

  it.each([['Nobody'], [7], [undefined], ['Query'], ['Listed'], ['String'], ['__proto__']])(
    'refuses representations of %j, and those alone',
    async (typename) => {
      const { data, errors } = await entities(
        { __typename: typename, id: '1' },
        { __typename: 'Film', id: '2' },
      );
      expect(data).toEqual({ _entities: [null, { __typename: 'Film', title: 'A film' }] });
      expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );
});
