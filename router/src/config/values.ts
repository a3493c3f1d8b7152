/**
 * The kinds of value that router.yaml has more than once: durations, sizes of headers' names, patterns, addresses.
 * Each refuses with a sentence of the form "expected … but got …", because it is all that an operator sees.
 */
import { cacheRequestHeader, writeUntilHeader } from '@selvedge/cache';
import * as z from 'zod';

/** Spelled as Apollo Router spells it (`30s`, `500ms`, `1m30s`); a number of milliseconds once parsed. */
export const duration = z.string().transform((text, context) => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null) return milliseconds;
  return refuse(context, `expected a duration such as "30s" or "500ms" but got ${JSON.stringify(text)}`);
});

/** A pattern that must match from the start to the end of a header's name, whatever its case. */
export const namePattern = z.string().transform((source, context) => {
  try {
    return new RegExp(`^(?:${source})$`, 'i');
  } catch {
    return refuse(context, `expected a regular expression but got ${JSON.stringify(source)}`);
  }
});

/** A header's name in lower case. Headers that belong to one connection or one body are refused. */
export const headerName = z.string().transform((name, context) => {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(lower)) {
    return refuse(context, `expected a header name but got ${JSON.stringify(name)}`);
  }
  if (!neverPropagated.has(lower)) return lower;
  return refuse(
    context,
    `expected a header that may cross the router but got ${JSON.stringify(lower)}, ` +
      'which belongs to one connection or one body',
  );
});

/** `host:port`; the host may be an IPv6 address in brackets. */
export const listenAddress = z.string().transform((text, context) => {
  const match = /^(?<host>\[[^\]]+\]|[^:[\]]+):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.['port']);
  if (match?.groups?.['host'] !== undefined && port <= 65_535) {
    return { host: match.groups['host'].replace(/^\[|\]$/g, ''), port };
  }
  return refuse(context, `expected an address such as "127.0.0.1:4000" but got ${JSON.stringify(text)}`);
});

export const httpUrl = urlWith(['http:', 'https:'], 'http://127.0.0.1:4001/graphql');
export const redisUrl = urlWith(['redis:', 'rediss:'], 'redis://127.0.0.1:6379');
/** RFC 9110, 7.6.1 (connection headers), and what describes the one body or the one hop that it came with. */
export const neverPropagated: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // What is left of the time is the router's to say: `deadlineHeader` of subgraphs/deadline.ts.
  'x-envoy-expected-rq-timeout-ms',
  // Asks a subgraph what only the router may know of its answer.
  cacheRequestHeader,
  // Says by when a subgraph has to be done with a mutation, as its router sees it.
  writeUntilHeader,
]);

const unitInMilliseconds = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type DurationUnit = keyof typeof unitInMilliseconds;

function parseDuration(text: string): number | null {
  const compact = text.replaceAll(' ', '');
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d))+$/.test(compact)) return null;
  let total = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)) {
    total += Number(amount) * unitInMilliseconds[unit as DurationUnit];
  }
  return total >= 1 && total <= 2_147_483_647 ? total : null;
}

function urlWith(protocols: readonly string[], example: string) {
  return z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: (issue) =>
      `expected a URL such as "${example}" but got ${JSON.stringify(withoutPassword(issue.input))}`,
  });
}

function withoutPassword(input: unknown): unknown {
  return typeof input === 'string' ? input.replace(/\/\/[^/@]*@/, '//…@') : input;
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
