import { graphql, GraphQLEnumType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildSchema, checkFields } from './build-schema.js';

const head =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires"])';

describe('buildSchema', () => {
  it('keeps the resolvers of fields and the values of enums, also of extensions', async () => {
    const { schema } = buildSchema({
      sdl: `${head} type Query { colour: Colour } extend type Query { again(colour: Colour!): Colour } enum Colour { RED } extend enum Colour { BLUE }`,
      resolvers: {
        Query: { colour: () => '#f00', again: (_parent: object, { colour }: { colour: string }) => colour },
        Colour: { RED: '#f00', BLUE: '#00f' },
      },
    });
    const { type } = schema.getQueryType()?.getFields()['colour'] ?? {};
    expect(type).toBeInstanceOf(GraphQLEnumType);
    expect(await graphql({ schema, source: '{ colour again(colour: BLUE) }' })).toEqual({
      data: { colour: 'RED', again: 'BLUE' },
    });
  });

  it('passes over resolvers of what a replaced schema no longer has', () => {
    const { schema } = buildSchema({
      sdl: `${head} type Query { left: Int }`,
      resolvers: {
        Query: { left: () => 1, gone: () => 2 },
        Gone: { field: () => 3 },
      },
    });
    const query = schema.getQueryType();
    expect(isObjectType(query) && Object.keys(query.getFields())).toEqual(['left', '_service']);
  });
});

describe('checkFields', () => {
  class Book {
    id!: string;
  }
  const sdl = `${head} type Query { book: Book } type Book @key(fields: "id") { id: ID! title: String! price: Int! weight: Int @external loan: String @requires(fields: "weight") }`;
  const check = (resolvers: object, properties: readonly string[]): void => {
    checkFields(buildSchema({ sdl, resolvers: { Book: { ...resolvers } } }), () => new Set(properties), [
      Book,
    ]);
  };

  it('is content where every field has a resolver, a column, a getter, or comes from elsewhere', () => {
    expect(() => {
      check({ price: () => 1 }, ['id', 'title', 'loan']);
    }).not.toThrow();
  });

  it('names every field that has neither', () => {
    expect(() => {
      check({}, ['id', 'title']);
    }).toThrow(
      'expected Book.price to have a resolver, or Book to have a column of that name, and Book.loan to have a resolver, or Book to have a column of that name, but got neither',
    );
  });
});
