/** Leaves of the answer as JSON, by type (GraphQL specification, 3.5): values that do not fit are refused. */
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLLeafType,
} from 'graphql';
import type { JsonBytes } from './json-bytes.js';
import { jsonText } from './json-text.js';

/** @param value not null. @returns whether the value is one of the type; nothing is written where it is not */
export type WriteLeaf = (value: unknown, json: JsonBytes) => boolean;

export function leafWriter(type: GraphQLLeafType): WriteLeaf {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value, json) => names.has(value) && writeString(value, json);
  }
  return specified.get(type.name) ?? writeAny;
}

const specified = new Map<string, WriteLeaf>([
  [GraphQLString.name, writeString],
  [GraphQLBoolean.name, (value, json) => typeof value === 'boolean' && writePlain(value, json)],
  [GraphQLFloat.name, (value, json) => typeof value === 'number' && writePlain(value, json)],
  [GraphQLInt.name, (value, json) => isInt(value) && writePlain(value, json)],
  [GraphQLID.name, (value, json) => writeString(Number.isSafeInteger(value) ? String(value) : value, json)],
]);

function isInt(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}

function writeString(value: unknown, json: JsonBytes): boolean {
  if (typeof value !== 'string') return false;
  json.string(value);
  return true;
}

/** Numbers are of JSON, and so finite. */
function writePlain(value: number | boolean, json: JsonBytes): boolean {
  json.ascii(String(value));
  return true;
}

/** A custom scalar is what it is. */
function writeAny(value: unknown, json: JsonBytes): boolean {
  json.text(jsonText(value));
  return true;
}
