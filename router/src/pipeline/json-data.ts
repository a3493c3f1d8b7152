/**
 * The `data` of an answer, which is text from the moment it is made. @apollo/server passes it on without looking into
 * it; a plugin that does gets the object by `JSON.parse(JSON.stringify(data))`, as of anything with a `toJSON`.
 */
import type { FormattedExecutionResult } from 'graphql';

export class JsonData {
  [key: string]: unknown;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  static textOf(data: unknown): string {
    return data instanceof JsonData ? data.#text : JSON.stringify(data ?? null);
  }

  toJSON(): unknown {
    return JSON.parse(this.#text);
  }
}

/** For @apollo/server's `stringifyResult`: errors first, as the GraphQL specification (7.1) suggests. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const { data, errors, ...rest } = result;
  let text = '{';
  const add = (key: string, value: string) => {
    text += `${text.length === 1 ? '' : ','}"${key}":${value}`;
  };
  if (errors !== undefined) add('errors', JSON.stringify(errors));
  if (data !== undefined) add('data', JsonData.textOf(data));
  const others: Readonly<Record<string, unknown>> = rest;
  for (const [key, value] of Object.entries(others)) if (value !== undefined) add(key, JSON.stringify(value));
  return `${text}}`;
}
