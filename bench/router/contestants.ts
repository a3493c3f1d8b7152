// Who takes part, and the targets that issue 3 sets.
import type { WorkloadName } from './workloads.js';

export const contestants = [
  'stock',
  'sharing-off',
  'shipped',
  'shipped-each-answered',
  'sharing-off-observed',
  'shipped-observed',
  'fan-out',
  'apollo-constant',
  'constant',
] as const;

export type Contestant = (typeof contestants)[number];

export function isContestant(name: string): name is Contestant {
  return contestants.some((contestant) => contestant === name);
}

/** What a contestant is, for the table's legend. */
export const descriptions: Readonly<Record<Contestant, string>> = {
  stock: '@apollo/server with @apollo/gateway on their defaults, startStandaloneServer',
  'sharing-off': 'our router, nothing shared between client requests, no HTTP arrays',
  shipped: 'our router as shipped: fetches and whole answers shared, HTTP arrays',
  'shipped-each-answered': 'the same, but whole answers in flight are not shared',
  'sharing-off-observed': 'sharing-off with metrics and a hundredth of the traces, its sampling as shipped',
  'shipped-observed': 'shipped with the same',
  'fan-out': 'hand-written on node:http and undici: the fetches, deduplicated, JSON.parse, JSON.stringify',
  'apollo-constant': '@apollo/server with a gateway whose executor returns a constant object',
  constant: 'node:http with the bytes of the answer',
};

/** The router.yaml of ours; null for those that are not ours. */
export function routerYaml(
  contestant: Contestant,
  forwardsHeaders: boolean,
  collector: string,
): string | null {
  const observed = observedOnes[contestant];
  const configuration = configurations[observed ?? contestant];
  if (configuration === undefined) return null;
  const headers = { all: { request: [{ propagate: { named: 'authorization' } }] } };
  const exporters = {
    tracing: { otlp: { enabled: true, endpoint: collector } },
    metrics: { prometheus: { enabled: true, listen: '127.0.0.1:0' } },
  };
  // YAML 1.2 includes JSON.
  return JSON.stringify({
    ...configuration,
    ...(forwardsHeaders && { headers }),
    ...(observed !== undefined && { telemetry: { exporters } }),
  });
}

/** Whose configuration they have beside telemetry's. */
const observedOnes: Partial<Record<Contestant, Contestant>> = {
  'sharing-off-observed': 'sharing-off',
  'shipped-observed': 'shipped',
};

/** Listed are the differences from the defaults. */
const configurations: Partial<Record<Contestant, object>> = {
  'sharing-off': {
    traffic_shaping: { router: { deduplicate_query: false }, all: { deduplicate_query: false } },
  },
  shipped: { batching: { subgraph: { all: { enabled: true } } } },
  'shipped-each-answered': {
    traffic_shaping: { router: { deduplicate_query: false } },
    batching: { subgraph: { all: { enabled: true } } },
  },
};

/** CPU seconds per request, at most this many times the yardstick's. */
export interface CpuTarget {
  readonly workloads: readonly WorkloadName[];
  readonly contestant: Contestant;
  readonly yardstick: Contestant;
  readonly ratio: number;
  /** How the issue words the ratio. */
  readonly wording: string;
}

const whereIdentical = ['deep', 'list'] as const;
const whereAllDiffer = ['variables', 'selections', 'headers-forwarded'] as const;

/** Two turns of one contestant differ by as much on a busy machine: "no more than" has to allow for it. */
const noise = 1.05;

export const cpuTargets: readonly CpuTarget[] = [
  {
    workloads: whereIdentical,
    contestant: 'sharing-off',
    yardstick: 'stock',
    ratio: 1 / 14,
    wording: '1/14',
  },
  {
    workloads: whereIdentical,
    contestant: 'sharing-off',
    yardstick: 'fan-out',
    ratio: 1.4,
    wording: '1.4 times',
  },
  {
    workloads: whereIdentical,
    contestant: 'shipped-each-answered',
    yardstick: 'stock',
    ratio: 1 / 30,
    wording: '1/30',
  },
  { workloads: whereIdentical, contestant: 'shipped', yardstick: 'stock', ratio: 1 / 100, wording: '1/100' },
  ...(['sharing-off', 'shipped'] as const).map((yardstick) => ({
    workloads: whereIdentical,
    contestant: `${yardstick}-observed` as const,
    yardstick,
    ratio: 1.05,
    wording: '1.05 times',
  })),
  {
    workloads: whereAllDiffer,
    contestant: 'shipped',
    yardstick: 'sharing-off',
    ratio: noise,
    wording: 'once',
  },
];

/** Subgraph requests for 50 requests at once, at most. */
export const burstTarget = { workload: 'variables', contestant: 'shipped', requests: 10 } as const;
