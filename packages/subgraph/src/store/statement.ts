// A statement's text is constant for its shape and its values travel apart, so PostgreSQL parses and plans it once per
// connection: node-postgres prepares what has a name. The name is the hash of the text, so equal texts share a plan.
import { createHash } from 'node:crypto';

/** A SQL text with `$1 … $n` for its values, and the name under which each connection prepares it. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a statement gives back: one object per row, keyed by the names of the select list. */
export type RawRow = Readonly<Record<string, unknown>>;

/** @param text with `$1 … $n` for its values, and nothing in it that varies */
export function statement(text: string): Statement {
  return { name: createHash('sha1').update(text).digest('base64url'), text };
}

/** A name quoted for use in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
