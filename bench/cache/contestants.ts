// Who takes part, and the targets that issue 4 sets.
import type { OriginName } from './origins/origin.js';

export const contestants = [
  'stock-cached',
  'cold',
  'cold-shared',
  'entities-redis',
  'entities-redis-moved',
  'entities-redis-plain',
  'entities-in-process',
  'entities-in-process-plain',
  'whole-answers',
  'whole-answers-each',
  'whole-answers-each-plain',
  'apollo-constant',
  'constant',
] as const;

export type Contestant = (typeof contestants)[number];

export function isContestant(name: string): name is Contestant {
  return contestants.some((contestant) => contestant === name);
}

/** What a contestant is, for the table's legend. */
export const descriptions: Readonly<Record<Contestant, string>> = {
  'stock-cached': '@apollo/server with @apollo/gateway and its response cache plugin on the same Redis',
  cold: 'our router without a cache, nothing shared between client requests',
  'cold-shared': 'our router without a cache, with all that it shares as shipped',
  'entities-redis': 'entities and root fields from Redis alone, nothing shared between client requests',
  'entities-redis-moved': 'the same, after something else was invalidated in each store: tags are looked at',
  'entities-redis-plain': 'the same, but nothing is proven: what a plain cache does',
  'entities-in-process': 'entities and root fields from the process, proven in Redis, nothing shared between client requests',
  'entities-in-process-plain': 'the same, but nothing is proven, and Redis not asked',
  'whole-answers': 'whole answers, proven in Redis, as shipped: equal requests at one time share a look',
  'whole-answers-each': 'the same, but each request looks by itself',
  'whole-answers-each-plain': 'the same, but nothing is proven, and Redis not asked',
  'apollo-constant': '@apollo/server with a gateway whose executor returns a constant object',
  constant: 'node:http with the bytes of the answer',
}; // prettier-ignore

/** Those that measure what the proof costs, and whom they are like otherwise. */
export const plainOnes: Partial<Record<Contestant, Contestant>> = {
  'entities-redis-plain': 'entities-redis',
  'entities-in-process-plain': 'entities-in-process',
  'whole-answers-each-plain': 'whole-answers-each',
};

/** In front of the shop, nobody whose figure says nothing of the subgraphs. */
export function takesPart(contestant: Contestant, origin: OriginName): boolean {
  return origin === 'memory' || !(contestant in plainOnes || contestant === 'whole-answers-each');
}

/** The router.yaml of ours; null for those that are not ours. */
export function routerYaml(contestant: Contestant, redisUrl: string): string | null {
  const configuration = configurations[plainOnes[contestant] ?? contestant];
  if (configuration === undefined) return null;
  const { isShared, cache } = configuration;
  // YAML 1.2 includes JSON.
  return JSON.stringify({
    ...(isShared ? shared : sharingOff),
    ...(cache !== undefined && {
      response_cache: {
        enabled: true,
        debug: false,
        ...cache,
        // A namespace of its own: what one has kept is no other's.
        subgraph: {
          all: { enabled: true, redis: { urls: [redisUrl], namespace: contestant, timeout: '5s' } },
        },
      },
    }),
  });
}

interface Configuration {
  readonly isShared: boolean;
  /** Undefined: off. */
  readonly cache?: object;
}

const wholeAnswersOff = { whole_answers: { enabled: false } };

/** Listed are the differences from the defaults. */
const configurations: Partial<Record<Contestant, Configuration>> = {
  cold: { isShared: false },
  'cold-shared': { isShared: true },
  'entities-redis': { isShared: false, cache: { ...wholeAnswersOff, in_memory: { max_bytes: 0 } } },
  'entities-redis-moved': { isShared: false, cache: { ...wholeAnswersOff, in_memory: { max_bytes: 0 } } },
  'entities-in-process': { isShared: false, cache: wholeAnswersOff },
  'whole-answers': { isShared: true, cache: {} },
  'whole-answers-each': { isShared: false, cache: {} },
};

const shared = { batching: { subgraph: { all: { enabled: true } } } };
const sharingOff = {
  traffic_shaping: { router: { deduplicate_query: false }, all: { deduplicate_query: false } },
};

/** Whether, once warm, it has to answer without asking subgraphs. */
export function isAnsweredFromCache(contestant: Contestant): boolean {
  return contestant !== 'cold' && contestant !== 'cold-shared';
}

/** Whether something that it does not ask for is invalidated once it has what it is asked for: then counts prove nothing any more. */
export function isMoved(contestant: Contestant): boolean {
  return contestant === 'entities-redis-moved';
}

/** What is compared, per request: CPU seconds of some processes, or the requests answered in a second. */
export type Compared = 'router' | 'router and Redis' | 'all processes' | 'throughput';

export interface Target {
  readonly contestant: Contestant;
  readonly yardstick: Contestant;
  readonly of: Compared;
  /** Of throughput the least, of CPU the most that is allowed; null: to know it. */
  readonly limit: { readonly ratio: number; readonly wording: string } | null;
}

const entitiesBesideCold = { contestant: 'entities-redis', yardstick: 'cold' } as const;

const inFrontOfMemory: readonly Target[] = [
  ...(['whole-answers', 'whole-answers-each'] as const).flatMap((contestant): Target[] => [
    {
      contestant,
      yardstick: 'apollo-constant',
      of: 'router',
      limit: { ratio: 1.5, wording: 'at most 1.5 times' },
    },
    { contestant, yardstick: 'constant', of: 'router', limit: { ratio: 3, wording: 'at most 3 times' } },
    { contestant, yardstick: 'stock-cached', of: 'router', limit: null },
  ]),
  {
    contestant: 'entities-redis',
    yardstick: 'entities-redis-plain',
    of: 'router and Redis',
    limit: { ratio: 1.1, wording: 'at most 1.1 times' },
  },
  {
    contestant: 'entities-redis-moved',
    yardstick: 'entities-redis-plain',
    of: 'router and Redis',
    limit: null,
  },
  // What is proven in Redis is compared with what does not ask Redis at all.
  {
    contestant: 'entities-in-process',
    yardstick: 'entities-in-process-plain',
    of: 'router and Redis',
    limit: null,
  },
  {
    contestant: 'whole-answers-each',
    yardstick: 'whole-answers-each-plain',
    of: 'router and Redis',
    limit: null,
  },
  // Beside subgraphs that cost nothing, a cache saves the router's own work alone.
  { ...entitiesBesideCold, of: 'router', limit: null },
  { ...entitiesBesideCold, of: 'all processes', limit: null },
];

const inFrontOfShop: readonly Target[] = [
  { ...entitiesBesideCold, of: 'throughput', limit: { ratio: 3, wording: 'at least 3 times' } },
  { ...entitiesBesideCold, of: 'all processes', limit: null },
  { ...entitiesBesideCold, of: 'router', limit: null },
  { contestant: 'entities-redis', yardstick: 'cold-shared', of: 'throughput', limit: null },
  { contestant: 'entities-redis-moved', yardstick: 'cold', of: 'throughput', limit: null },
  { contestant: 'entities-in-process', yardstick: 'cold', of: 'throughput', limit: null },
  { contestant: 'whole-answers', yardstick: 'cold', of: 'throughput', limit: null },
  { contestant: 'whole-answers', yardstick: 'stock-cached', of: 'throughput', limit: null },
];

export const targets: Readonly<Record<OriginName, readonly Target[]>> = {
  memory: inFrontOfMemory,
  shop: inFrontOfShop,
};
