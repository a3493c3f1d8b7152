// What a run says in the end: one line with every count, and beside them the settings under which they count.
import type { Outcome } from './run.js';
import { keys, variantWriteShare } from './scale.js';
import { lifetime } from './subgraphs/schemas.js';

export interface VariantOutcome {
  readonly id: string;
  readonly outcome: Outcome;
}

/** All that must be 0. */
function anomalies(outcome: Outcome): number {
  const { stale, staleLists, crossUser, flips, impossible, staleAtRest } = outcome;
  return stale + staleLists + crossUser + flips + impossible + staleAtRest;
}

/** Why the run does not count, or proves the opposite; empty: it proves what it is for. */
export function objections(outcome: Outcome, variants: readonly VariantOutcome[]): string[] {
  const { bypassedShare, writeShare, problemsOfRedis } = outcome;
  const { entityHitRate } = outcome.undisturbed;
  return [
    ...(anomalies(outcome) > 0 ? [`expected no anomaly but got ${anomalies(outcome)}`] : []),
    ...(entityHitRate === null || entityHitRate <= 0.9
      ? [`expected more than 90% of entities from the cache but got ${percent(entityHitRate)}`]
      : []),
    ...(bypassedShare === null || bypassedShare > 0.1
      ? [`expected less than 10% passed by but got ${percent(bypassedShare)}`]
      : []),
    ...(writeShare < 0.0195 ? [`expected 2% writes but got ${percent(writeShare)}`] : []),
    ...(problemsOfRedis > 0
      ? [`expected answers whatever Redis does but ${problemsOfRedis} requests failed`]
      : []),
    ...variants
      .filter((variant) => anomalies(variant.outcome) === 0)
      .map(({ id }) => `expected ${id} to be caught but it was not`),
  ];
}

export function lastLine(seed: number, outcome: Outcome, variants: readonly VariantOutcome[]): string {
  const { outcomes } = outcome;
  const counts = [
    `stale ${outcome.stale}`,
    `resurrections ${outcome.resurrections}`,
    `non-monotonic ${outcome.nonMonotonic}`,
    `stale lists ${outcome.staleLists}`,
    `cross-user ${outcome.crossUser}`,
    `stale at rest ${outcome.staleAtRest}`,
    `impossible ${outcome.impossible}`,
    `unknown writes ${outcomes['unknown'] ?? 0} (${outcome.unknownStored} stored, taken back ${outcome.flips})`,
    `unconfirmed writes ${outcomes['unconfirmed'] ?? 0} (P2's exceptions seen ${outcome.exceptions})`,
  ];
  const rates = [
    `entity hits ${percent(outcome.undisturbed.entityHitRate)} undisturbed and ${percent(outcome.entityHitRate)} with faults`,
    `lists and other root fields ${percent(outcome.undisturbed.rootHitRate)} and ${percent(outcome.rootHitRate)}`,
    `whole answers ${percent(outcome.undisturbed.answerHitRate)} and ${percent(outcome.answerHitRate)}`,
    `passed by ${percent(outcome.bypassedShare)}`,
  ];
  const caught = variants.map(
    ({ id, outcome: of }) =>
      `${id} ${anomalies(of)} (stale ${of.stale}, lists ${of.staleLists}, at rest ${of.staleAtRest})`,
  );
  const settings = [
    `seed ${seed}`,
    `${outcome.seconds} s`,
    `${outcome.requests} requests`,
    `${outcome.reads} reads of keys`,
    `${outcome.writes} writes (${percent(outcome.writeShare)})`,
    `${outcome.routers} router processes`,
    `${keys} keys by Zipf(1)`,
    `TTL ${lifetime} s`,
    'real Redis',
    'real clock',
    `faults ${outcome.faults.length}`,
  ];
  return [
    counts,
    rates,
    ...(caught.length > 0
      ? [[`variants caught, at ${percent(variantWriteShare)} writes: ${caught.join(', ')}`]]
      : []),
    settings,
  ]
    .map((part) => part.join(', '))
    .join(' | ');
}

function percent(share: number | null): string {
  return share === null ? 'not known' : `${(share * 100).toFixed(1)}%`;
}
