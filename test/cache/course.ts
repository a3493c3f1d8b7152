// The course of a run: at first nothing goes wrong, then one fault after another, each with a part of the run for itself. What the
// cache did is told of each part.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Scene } from './faults.js';
import { figuresOf, type CacheFigures, type Counts } from './metrics.js';

export interface Phase {
  /** Of its fault; `undisturbed`: there was none. */
  readonly id: string;
  readonly seconds: number;
  readonly requests: number;
  readonly figures: CacheFigures;
}

export interface CourseOptions {
  readonly seconds: number;
  /** At least so many in each part, however long that takes. */
  readonly requestsEach: number;
  /** What goes wrong, in this order; where there is time, over and over. */
  readonly faults: readonly Fault[];
  readonly counts: () => Promise<Counts>;
  readonly say: (text: string) => void;
}

export async function takeCourse(scene: Scene, options: CourseOptions): Promise<Phase[]> {
  const { log, random } = scene;
  const milliseconds = options.seconds * 1_000;
  const rounds = Math.max(1, Math.floor(milliseconds / ((options.faults.length + 1) * usualPart)));
  const all = [null, ...Array.from({ length: rounds }, () => options.faults).flat()];
  const part = milliseconds / all.length;
  const phases: Phase[] = [];
  let before = { at: performance.now(), requests: log.requests, counts: await options.counts() };
  for (const fault of all) {
    if (fault !== null) {
      await sleep(part * (0.05 + 0.15 * random.next()));
      log.isAway = !fault.ofRedis;
      await fault.happen(scene);
      if (log.isAway) await sleep(500);
      log.isAway = false;
    }
    await sleep(Math.max(0, before.at + part - performance.now()));
    while (log.requests < before.requests + options.requestsEach) await sleep(100);
    const now = { at: performance.now(), requests: log.requests, counts: await options.counts() };
    const phase = {
      id: fault?.id ?? 'undisturbed',
      seconds: (now.at - before.at) / 1_000,
      requests: now.requests - before.requests,
      figures: figuresOf(now.counts.since(before.counts)),
    };
    options.say(`  ${inWords(phase)}`);
    phases.push(phase);
    before = now;
  }
  return phases;
}

function inWords({ id, seconds, requests, figures }: Phase): string {
  const { entityHitRate, entities, entityMisses } = figures;
  const rate = entityHitRate === null ? 'no entities' : `${(entityHitRate * 100).toFixed(1)}%`;
  const why = Array.from(entityMisses, ([reason, count]) => `${reason} ${count}`).join(', ');
  return `${id}: ${seconds.toFixed(0)} s, ${requests} requests, ${rate} of ${entities} entities from the cache (else ${why})`;
}

/** Milliseconds that a fault gets, with quiet before and after it. */
const usualPart = 30_000;
