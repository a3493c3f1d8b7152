// What the texts of a mutation's input have in common: blanks around them mean nothing, they have a length, and PostgreSQL
// does not store NUL.
import { ClientError } from '@selvedge/errors';

/**
 * A text that must say something, without the blanks around it.
 *
 * @param name what it is called in the error: `title`
 * @param longest in characters as PostgreSQL's `char_length` counts them, not in UTF-16 units
 * @throws BAD_USER_INPUT for one that is missing, blank or too long, or has NUL in it
 */
export function requiredText(name: string, text: string | null | undefined, longest: number): string {
  const trimmed = withoutNul(name, text);
  const length = lengthOf(trimmed);
  if (length === 0 || length > longest) throw invalid(`a ${name} of 1 to ${longest} characters`, length);
  return trimmed;
}

/**
 * A text that may be left out, without the blanks around it; null for one that is missing or blank.
 *
 * @param name as for `requiredText`, as is `longest`
 * @throws BAD_USER_INPUT for one that is too long or has NUL in it
 */
export function optionalText(name: string, text: string | null | undefined, longest: number): string | null {
  const trimmed = withoutNul(name, text);
  const length = lengthOf(trimmed);
  if (length > longest) throw invalid(`a ${name} of at most ${longest} characters`, length);
  return length === 0 ? null : trimmed;
}

/** The pattern for LIKE or ILIKE that matches what contains the text, whose own `%`, `_` and backslashes match literally. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

function withoutNul(name: string, text: string | null | undefined): string {
  const trimmed = text?.trim() ?? '';
  if (trimmed.includes('\u0000')) throw invalid(`a ${name} without NUL`, 'one with it');
  return trimmed;
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function invalid(expected: string, got: string | number): ClientError {
  return new ClientError('BAD_USER_INPUT', `expected ${expected} but got ${got}`);
}
