// The two scalars that every service of a shop needs, with no digit lost between PostgreSQL and JSON.
import { ClientError } from '@selvedge/errors';
import { GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { shown } from '../input/shown.js';

/** RFC 3339, section 5.6: the date-time, whose second may have a fraction. */
const instantPattern = /^(\d{4})-(\d\d)-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * An instant: a Date inside, an RFC 3339 string in UTC with milliseconds outside. PostgreSQL's microseconds are cut off, as
 * they are in every Date. Refuses anything else with BAD_USER_INPUT, also a day that its month does not have.
 */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    const date = value instanceof Date ? value : new Date(String(value));
    if (Number.isNaN(date.getTime())) throw unserializable('a date', value);
    return date.toISOString();
  },
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(stringOf(node)),
});

const decimalPattern = /^-?\d{1,30}(\.\d{1,30})?$/;

/**
 * A decimal number, a string inside and outside: a float would change its last digits. Takes up to 30 digits on either side
 * of the point, and a number only as a literal of a document; refuses anything else with BAD_USER_INPUT.
 */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize(value) {
    const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
    if (typeof text !== 'string' || !decimalPattern.test(text))
      throw unserializable('a decimal number', value);
    return text;
  },
  parseValue: (value) => parseDecimal(value),
  parseLiteral: (node) =>
    parseDecimal(node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : stringOf(node)),
});

/** Money as `Decimal` carries it, from whole cents: `12.30` for 1230n, `-0.05` for -5n. Never a float in between. */
export function decimalOfCents(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0');
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function parseInstant(value: unknown): Date {
  const parts = typeof value === 'string' ? instantPattern.exec(value) : null;
  const date = new Date(parts?.[0] ?? NaN);
  const isOfMonth = Number(parts?.[3]) <= daysOfMonth(Number(parts?.[1]), Number(parts?.[2]));
  if (Number.isNaN(date.getTime()) || !isOfMonth)
    throw invalid('an RFC 3339 instant, like 2026-01-31T12:00:00Z,', value);
  return date;
}

/** A Date takes 31 February for 3 March. */
function daysOfMonth(year: number, month: number): number {
  const lastDay = new Date(0);
  lastDay.setUTCFullYear(year, month, 0);
  return lastDay.getUTCDate();
}

function parseDecimal(value: unknown): string {
  if (typeof value !== 'string' || !decimalPattern.test(value))
    throw invalid('a decimal number in a string, like "12.50",', value);
  return value;
}

function stringOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function invalid(expected: string, value: unknown): ClientError {
  return new ClientError('BAD_USER_INPUT', `expected ${expected} but got ${shown(value)}`);
}

/** Not a client's fault, so the message is for the log. */
function unserializable(expected: string, value: unknown): TypeError {
  return new TypeError(`expected ${expected} but got ${shown(value)}`);
}
