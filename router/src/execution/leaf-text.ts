/** Leaves of the answer as JSON text, by type (GraphQL specification, 3.5): values that do not fit are refused. */
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLLeafType,
} from 'graphql';
import { jsonString, jsonText } from './json-text.js';

/** @param value not null. @returns `undefined` where the value is not one of the type */
export type WriteLeaf = (value: unknown) => string | undefined;

export function leafWriter(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    const texts = new Map<unknown, string>(type.getValues().map(({ name }) => [name, jsonString(name)]));
    return (value) => texts.get(value);
  }
  return specified.get(type.name) ?? jsonText;
}

const specified = new Map<string, WriteLeaf>([
  [GraphQLString.name, (value) => (typeof value === 'string' ? jsonString(value) : undefined)],
  [GraphQLBoolean.name, (value) => (typeof value === 'boolean' ? String(value) : undefined)],
  [GraphQLFloat.name, (value) => (typeof value === 'number' ? String(value) : undefined)],
  [GraphQLInt.name, (value) => (isInt(value) ? String(value) : undefined)],
  [
    GraphQLID.name,
    (value) => {
      if (typeof value === 'string') return jsonString(value);
      return Number.isSafeInteger(value) ? `"${String(value)}"` : undefined;
    },
  ],
]);

function isInt(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}
