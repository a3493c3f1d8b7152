/**
 * The `data` of an answer, which is JSON from the moment it is made. @apollo/server passes it on without looking into
 * it; a plugin that does gets the object by `JSON.parse(JSON.stringify(data))`, as of anything with a `toJSON`.
 */
import type { FormattedExecutionResult } from 'graphql';
import { beforeData } from '../execution/write-answer.js';

export class JsonData {
  [key: string]: unknown;
  readonly #response: Buffer;

  /** @param response `{"data":` … `}`, which is also the whole answer where there is nothing but data */
  constructor(response: Buffer) {
    this.#response = response;
  }

  static textOf(data: unknown): string {
    return data instanceof JsonData ? data.#text : JSON.stringify(data ?? null);
  }

  /** The answer as bytes, which nobody may write to. */
  static responseOf(result: FormattedExecutionResult): Buffer {
    const { data, ...rest } = result;
    if (data instanceof JsonData && Object.keys(rest).length === 0) return data.#response;
    return Buffer.from(stringifyResult(result));
  }

  toJSON(): unknown {
    return JSON.parse(this.#text);
  }

  get #text(): string {
    return this.#response.toString('utf8', beforeData.length, this.#response.length - 1);
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
