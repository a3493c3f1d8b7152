/**
 * The media types of GraphQL over HTTP (https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types): which one a
 * client gets (RFC 9110, 12.5.1), and what status an operation's failure has in it.
 */

import { incrementalFormats, type IncrementalFormat } from '../incremental/formats.js';

/** The first is what a client gets that has no preference; so the specification wants it for older clients. */
export const mediaTypes = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
] as const;

export type MediaType = (typeof mediaTypes)[number];

/**
 * @param accept the request's header; without one, anything is welcome
 * @returns the type of single results that the client likes best; of equals, the one that it names more exactly, then
 *   the one that it names first, then ours; `null` where it takes none of them, which is status 406
 */
export function negotiate(accept: string | undefined): MediaType | null {
  if (accept === undefined || accept === '') return mediaTypes[0];
  let negotiated = before.get(accept);
  if (negotiated === undefined) {
    negotiated = bestOf(accept);
    if (before.size < maxKnown) before.set(accept, negotiated);
  }
  return negotiated;
}

/** Clients are of few kinds, each of which sends the same in every request. */
const before = new Map<string, MediaType | null>();
const maxKnown = 200;

function bestOf(accept: string): MediaType | null {
  const ranges = splitQuoted(accept, ',').map(parseRange);
  let best: { readonly type: MediaType; readonly range: Match } | null = null;
  for (const type of mediaTypes) {
    const range = bestMatch(type, ranges);
    if (range !== null && (best === null || isLiked(range, best.range))) best = { type, range };
  }
  return best?.type ?? null;
}

/** @returns how the client takes an answer in parts, which it has to name with its format; `null` where it does not */
export function negotiateIncremental(accept: string | undefined): IncrementalFormat | null {
  if (accept?.includes('multipart/') !== true) return null;
  let best: { readonly format: IncrementalFormat; readonly quality: number } | null = null;
  for (const range of splitQuoted(accept, ',').map(parseRange)) {
    if (range?.type !== 'multipart' || range.subtype !== 'mixed' || range.quality <= 0) continue;
    const { parameters, quality } = range;
    const format = incrementalFormats.find((text) => {
      const [name = '', value] = text.split('=');
      return parameters.get(name.toLowerCase()) === value;
    });
    if (format !== undefined && (best === null || quality > best.quality)) best = { format, quality };
  }
  return best?.format ?? null;
}

/**
 * In `application/json` an operation that fails before execution has status 200: a client cannot tell whether such a
 * body with another status is the router's or that of something between. The other media type says 400 there.
 *
 * @param status what @apollo/server or the pipeline made of a well-formed GraphQL-over-HTTP request
 */
export function operationStatus(status: number, mediaType: MediaType): number {
  return status === 400 && mediaType === mediaTypes[0] ? 200 : status;
}

/** @returns type and subtype in lower case, without parameters; empty where there is none */
export function essenceOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

interface Range {
  readonly type: string;
  readonly subtype: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

interface Match {
  readonly quality: number;
  /** 3: named with its parameters, 2: named, 1: the type with any subtype, 0: anything. */
  readonly exactness: number;
  /** Its place in the header. */
  readonly index: number;
}

function parseRange(text: string): Range | null {
  const [essence = '', ...rest] = splitQuoted(text, ';');
  const [type, subtype] = essence.trim().toLowerCase().split('/');
  if (!type || !subtype) return null;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const [name = '', value = ''] = parameter.trim().toLowerCase().split('=', 2);
    // Wherever it stands: RFC 9110 has no parameters of `Accept` itself after it any more.
    if (name === 'q') quality = Number.parseFloat(value);
    else if (name !== '') parameters.set(name, value.replace(/^"(.*)"$/, '$1'));
  }
  return { type, subtype, parameters, quality: Number.isNaN(quality) ? 0 : quality };
}

/** The most exact range counts, also where it says no: `application/json;q=0, *\/*` is anything but JSON. */
function bestMatch(mediaType: MediaType, ranges: readonly (Range | null)[]): Match | null {
  let best: Match | null = null;
  ranges.forEach((range, index) => {
    const exactness = range === null ? null : exactnessOf(range, mediaType);
    if (range === null || exactness === null) return;
    if (best === null || exactness > best.exactness) best = { quality: range.quality, exactness, index };
  });
  const match = best as Match | null;
  return match !== null && match.quality > 0 ? match : null;
}

function exactnessOf({ type, subtype, parameters }: Range, mediaType: MediaType): number | null {
  const essence = essenceOf(mediaType);
  for (const [name, value] of parameters) {
    if (name !== 'charset' || value !== 'utf-8') return null;
  }
  if (`${type}/${subtype}` === essence) return parameters.size > 0 ? 3 : 2;
  if (subtype !== '*') return null;
  if (type === '*') return 0;
  return essence.startsWith(`${type}/`) ? 1 : null;
}

function isLiked(match: Match, other: Match): boolean {
  if (match.quality !== other.quality) return match.quality > other.quality;
  if (match.exactness !== other.exactness) return match.exactness > other.exactness;
  return match.index < other.index;
}

/** Splits where the separator is not part of a quoted string. */
function splitQuoted(text: string, separator: ',' | ';'): string[] {
  if (!text.includes('"')) return text.split(separator);
  const parts: string[] = [];
  let part = '';
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character !== separator || isQuoted) {
      part += character;
      continue;
    }
    parts.push(part);
    part = '';
  }
  return [...parts, part];
}
