export { runSubgraph } from './run-subgraph.js';
export {
  startSubgraph,
  type RunningSubgraph,
  type StartOptions,
  type SubgraphDefinition,
} from './start-subgraph.js';
export { configFrom, type SubgraphConfig } from './server/config.js';
export type { SubgraphPlugin } from './server/apollo.js';
export { observing } from './server/observing.js';
export type { PlaceInfo, QueryOptions, SubgraphContext } from './context.js';
export type { Viewer } from './viewer.js';
export { aggregateBy, find, findBy, findOneBy, findPage } from './reads/read.js';
export type {
  AggregateRead,
  Direction,
  FindOptions,
  KeyOf,
  ManyRead,
  OneRead,
  Order,
  PageRead,
  Property,
  Row,
} from './reads/read.js';
export type { Connection, PageArguments, PageInfo } from './reads/page.js';
export { reads } from './resolvers/reads.js';
export { relation } from './resolvers/relation.js';
export { entityRef, type EntityRef } from './resolvers/entity-ref.js';
export { reference } from './resolvers/reference.js';
export { DateTime, Decimal, decimalOfCents } from './schema/scalars.js';
export { isBigintIdentity, isUuid } from './input/identity.js';
export { containing, optionalText, requiredText } from './input/text.js';
export { insertRows, type Seed, type SeedContext } from './store/seed.js';
export type { EntityClass } from './store/store.js';
export { ClientError } from '@selvedge/errors';
export { captureWrites, releaseWrites, type TableCapture } from '@selvedge/events';
