// What a run says in the end: one line with every count, and beside them the settings under which they count.
import type { Outcome } from './run.js';
import { exponent } from './scale.js';

export interface VariantOutcome {
  readonly id: string;
  /** One for each time that it was tried; where it is caught, by the last. */
  readonly outcomes: readonly Outcome[];
}

/** All that must be 0. */
export function anomalies(outcome: Outcome): number {
  const { stale, staleLists, crossUser, flips, impossible, staleAtRest } = outcome;
  return stale + staleLists + crossUser + flips + impossible + staleAtRest;
}

/** Why the run does not count, or proves the opposite; empty: it proves what it is for. */
export function objections(outcome: Outcome, variants: readonly VariantOutcome[]): string[] {
  const { entityHitRate, bypassedShare, writeShare, problemsOfRedis } = outcome;
  const isCaught = ({ outcomes }: VariantOutcome) => outcomes.some((each) => anomalies(each) > 0);
  const tooFewWrites = [outcome, ...variants.flatMap(({ outcomes }) => outcomes)].some(
    (each) => each.writeShare < 0.02,
  );
  return [
    ...(anomalies(outcome) > 0 ? [`expected no anomaly but got ${anomalies(outcome)}`] : []),
    ...(entityHitRate === null || entityHitRate <= 0.9
      ? [`expected more than 90% of entities from the cache but got ${percent(entityHitRate)}`]
      : []),
    ...(bypassedShare === null || bypassedShare > 0.1
      ? [`expected less than 10% passed by but got ${percent(bypassedShare)}`]
      : []),
    ...(tooFewWrites ? [`expected 2% writes in each run but got less (here ${percent(writeShare)})`] : []),
    ...(problemsOfRedis > 0
      ? [`expected answers whatever Redis does but ${problemsOfRedis} requests failed`]
      : []),
    ...variants
      .filter((variant) => !isCaught(variant))
      .map(({ id }) => `expected ${id} to be caught but it was not`),
  ];
}

export function lastLine(seed: number, outcome: Outcome, variants: readonly VariantOutcome[]): string {
  const parts = [
    countsOf(outcome),
    ratesOf(outcome),
    variants.length === 0 ? ['variants not run'] : [`variants caught: ${variants.map(caught).join(', ')}`],
    [`seed ${seed}`, ...settingsOf(outcome)],
    [`faults: ${faultsOf(outcome)}`],
  ];
  return parts.map((part) => part.join(', ')).join(' | ');
}

function countsOf(outcome: Outcome): string[] {
  const { outcomes } = outcome;
  return [
    `stale ${outcome.stale}`,
    `resurrections ${outcome.resurrections}`,
    `non-monotonic ${outcome.nonMonotonic}`,
    `stale lists ${outcome.staleLists}`,
    `cross-user ${outcome.crossUser}`,
    `stale at rest ${outcome.staleAtRest}`,
    `impossible ${outcome.impossible}`,
    `unknown writes ${outcomes['unknown'] ?? 0} (${outcome.unknownStored} stored, taken back ${outcome.flips})`,
    `P2's exceptions: reads below ${outcomes['unconfirmed'] ?? 0} unconfirmed writes ${outcome.unconfirmed}`,
    `reads and lists by or below a router cut off with a demoted master ${outcome.cutOff}`,
  ];
}

function ratesOf(outcome: Outcome): string[] {
  const undisturbed = outcome.phases.find(({ id }) => id === 'undisturbed')?.figures.entityHitRate ?? null;
  return [
    `entity hits ${percent(outcome.entityHitRate)} of ${outcome.entities} with all faults (undisturbed ${percent(undisturbed)})`,
    `lists and other root fields ${percent(outcome.rootHitRate)}`,
    `whole answers ${percent(outcome.answerHitRate)}`,
    `passed by ${percent(outcome.bypassedShare)}`,
  ];
}

function caught({ id, outcomes }: VariantOutcome): string {
  const last = outcomes.at(-1);
  if (last === undefined) return `${id} not run`;
  const seconds = outcomes.reduce((sum, { seconds: each }) => sum + each, 0);
  const { stale, staleLists, staleAtRest, writeShare } = last;
  return `${id} ${anomalies(last)} (stale ${stale}, lists ${staleLists}, at rest ${staleAtRest}; ${seconds} s, ${percent(writeShare)} writes)`;
}

function settingsOf(outcome: Outcome): string[] {
  return [
    `${outcome.seconds} s`,
    `${outcome.requests} requests`,
    `${outcome.reads} reads of ${outcome.keysRead} keys by Zipf(${exponent})`,
    `${outcome.writes} writes (${percent(outcome.writeShare)} of requests, ${percent(outcome.pairedShare)} of them in pairs, ${outcome.directWrites} past the routers)`,
    ...outcome.settings,
  ];
}

/** Each, with how often it happened. */
function faultsOf({ phases }: Outcome): string {
  const times = new Map<string, number>();
  for (const { id } of phases) if (id !== 'undisturbed') times.set(id, (times.get(id) ?? 0) + 1);
  return Array.from(times, ([id, count]) => `${id} ${count}`).join(', ');
}

function percent(share: number | null): string {
  return share === null ? 'not known' : `${(share * 100).toFixed(1)}%`;
}
