/**
 * Which `@override(label:)` of a supergraph are on for a request, decided before planning: a label that is on moves its
 * field to the subgraph that overrides. `percent(x)` is on for x of a hundred requests; every other label is off unless
 * the configuration says otherwise (https://www.apollographql.com/docs/graphos/schema-design/guides/migrate-fields).
 */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface OverrideConfig {
  /** The header whose value decides together with the percentage, so that one client stays on one side. */
  readonly sticky?: { readonly header: string } | undefined;
  /** Decides a label outright, `percent(x)` too. */
  readonly labels: Readonly<Record<string, boolean>>;
}

/** @returns the labels that are on, sorted: part of a plan's key, and of what answers may be shared by */
export type DecideLabels = (request: { readonly headers: IncomingHttpHeaders }) => readonly string[];

/**
 * All labels of a request are decided by one number. So what `percent(20)` moves, `percent(50)` moves too: raising a
 * percentage moves nobody back, and n labels make n + 1 plans of an operation at most instead of 2^n.
 *
 * @param labels those that occur in the supergraph
 */
export function labelDecision(
  labels: readonly string[],
  { sticky, labels: fixed }: OverrideConfig,
): DecideLabels {
  if (labels.length === 0) return () => none;
  const thresholds = [...labels].sort().map((label) => ({ label, percent: percentOf(label, fixed[label]) }));
  const isRandom = thresholds.some(({ percent }) => percent > 0 && percent < 100);
  return ({ headers }) => {
    const place = isRandom ? placeOf(sticky && headers[sticky.header.toLowerCase()]) : 0;
    return thresholds.filter(({ percent }) => place < percent).map(({ label }) => label);
  };
}

function percentOf(label: string, fixed: boolean | undefined): number {
  if (fixed !== undefined) return fixed ? 100 : 0;
  const match = /^percent\((\d{1,3}(?:\.\d{1,8})?)\)$/.exec(label);
  return match === null ? 0 : Number(match[1]);
}

/** From 0 to below 100, evenly. */
function placeOf(key: string | string[] | undefined): number {
  if (key === undefined || key.length === 0) return Math.random() * 100;
  const digest = createHash('sha256').update(String(key)).digest();
  return (digest.readUIntBE(0, 6) / 2 ** 48) * 100;
}

const none: readonly string[] = [];
