import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { stalenessOf } from './staleness.js';

const schema = buildSchema(`
  directive @mayBeStale(seconds: Int!) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  type Query {
    menu: Menu
    prices: [Price] @mayBeStale(seconds: 30)
    motto: String @mayBeStale(seconds: 90)
    version: String
    dish: Dish
    plain: Plain @mayBeStale(seconds: 20)
    shown: Shown
  }
  type Mutation { motto: String @mayBeStale(seconds: 90) }
  type Menu @mayBeStale(seconds: 60) { name: String price: Price today: String @mayBeStale(seconds: 5) secret: Plain }
  type Price { amount: Int }
  type Plain { name: String other: Plain }
  interface Dish @mayBeStale(seconds: 50) { name: String }
  type Soup implements Dish @mayBeStale(seconds: 40) { name: String }
  type Cake implements Dish @mayBeStale(seconds: 45) { name: String }
  union Shown = Soup | Plain
`);

function staleness(text: string): number {
  const document = parse(text);
  return stalenessOf(schema, document, document.definitions[0] as OperationDefinitionNode);
}

describe('the staleness of an operation', () => {
  it.each<[number, string]>([
    [60, '{ menu { name __typename } }'],
    [5, '{ menu { name today } }'],
    [0, '{ menu { name price { amount } } }'],
    [30, '{ prices { amount } }'],
    [30, '{ menu { name } prices { amount } motto }'],
    [90, '{ motto }'],
    [0, '{ version }'],
    [0, '{ motto version }'],
    [40, '{ dish { name } }'],
    [40, '{ dish { ... on Soup { name } } }'],
    [0, '{ shown { ... on Soup { name } } }'],
    [20, '{ plain { name } }'],
    [0, '{ plain { name other { name } } }'],
    [60, '{ menu { ...m } } fragment m on Menu { name }'],
    [0, '{ menu { ...m } } fragment m on Menu { secret { name } }'],
    [0, 'mutation { motto }'],
    [0, '{ __typename }'],
  ])('is %d for %s', (seconds, text) => {
    expect(staleness(text)).toBe(seconds);
  });
});
