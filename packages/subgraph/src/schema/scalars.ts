// The two scalars that every service of a shop needs, with nothing lost between PostgreSQL and JSON.
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

/** RFC 3339, section 5.6, with the seconds' fraction optional. */
const instantPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** An instant: a Date inside, an RFC 3339 string in UTC with milliseconds outside. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize(value) {
    const date = value instanceof Date ? value : new Date(String(value));
    if (Number.isNaN(date.getTime())) throw invalid('a date', value);
    return date.toISOString();
  },
  parseValue: (value) => parseInstant(value),
  parseLiteral: (node) => parseInstant(stringOf(node)),
});

const decimalPattern = /^-?\d{1,30}(\.\d{1,30})?$/;

/** A decimal number, a string inside and outside: a float would change its last digits. */
export const Decimal = new GraphQLScalarType<string, string>({
  name: 'Decimal',
  serialize: (value) =>
    parseDecimal(typeof value === 'number' || typeof value === 'bigint' ? String(value) : value),
  parseValue: (value) => parseDecimal(value),
  parseLiteral: (node) =>
    parseDecimal(node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : stringOf(node)),
});

function parseInstant(value: unknown): Date {
  const date = typeof value === 'string' && instantPattern.test(value) ? new Date(value) : new Date(NaN);
  if (Number.isNaN(date.getTime())) throw invalid('an RFC 3339 instant, like 2026-01-31T12:00:00Z,', value);
  return date;
}

function parseDecimal(value: unknown): string {
  if (typeof value !== 'string' || !decimalPattern.test(value))
    throw invalid('a decimal number in a string, like "12.50",', value);
  return value;
}

function stringOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}

function invalid(expected: string, value: unknown): GraphQLError {
  return new GraphQLError(`expected ${expected} but got ${JSON.stringify(value)}`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
