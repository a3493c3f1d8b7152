// Who takes part, and the yardsticks that issue 2 sets.

export const contestants = [
  'hand-written',
  'kit',
  'kit-through-apollo',
  'kit-uncompiled',
  'graphql-js',
  'typeorm-dataloader',
  'typeorm-n+1',
] as const;

export type Contestant = (typeof contestants)[number];

export function isContestant(name: string): name is Contestant {
  return contestants.some((contestant) => contestant === name);
}

/** What a contestant is, for the table's legend. */
export const descriptions: Readonly<Record<Contestant, string>> = {
  'hand-written': 'node:http, prepared statements, JSON.parse and JSON.stringify, one function a query',
  kit: 'the kit as shipped: compiled `_entities` ahead of @apollo/server',
  'kit-through-apollo': 'the kit with a plugin: compiled `_entities` inside @apollo/server',
  'kit-uncompiled':
    'the kit with a plugin that watches executions: graphql-js inside @apollo/server; reported, for what is not compiled',
  'graphql-js': 'node:http, graphql-js, one batching resolver on prepared statements',
  'typeorm-dataloader':
    '@apollo/server, @apollo/subgraph, `findBy({ id: In(keys) })` in a DataLoader per reference',
  'typeorm-n+1': 'the same with `findOneBy` per reference; reported, not a yardstick',
};

export interface Target {
  readonly contestant: Contestant;
  readonly yardstick: Contestant;
  /** At least this many times the yardstick's requests per CPU second. */
  readonly ratio: number;
}

export const targets: readonly Target[] = [
  { contestant: 'kit', yardstick: 'hand-written', ratio: 0.6 },
  { contestant: 'kit-through-apollo', yardstick: 'hand-written', ratio: 0.4 },
  { contestant: 'kit', yardstick: 'typeorm-dataloader', ratio: 1.5 },
  { contestant: 'kit-through-apollo', yardstick: 'typeorm-dataloader', ratio: 1.5 },
];
