// What tests and benchmarks use; never production.
export { changedSources, type SourceChange } from './changed-sources.js';
export { guard } from './guard.js';
export {
  createTestStore,
  ensureTemplate,
  testAdminUrl,
  type TestStore,
  type TestStoreOptions,
} from './postgres.js';
export { startPrivatePostgres, type PrivatePostgres } from './private-postgres.js';
export { redisAvailable, startRedis, type TestRedis } from './redis.js';
export {
  spawnNode,
  type ChildMessage,
  type Exit,
  type NodeProcess,
  type NodeProcessOptions,
} from './processes.js';
export {
  closeSocket,
  delayed,
  halfJson,
  html,
  json,
  neverAnswer,
  status,
  startStubSubgraph,
  type RecordedRequest,
  type StubAnswer,
  type StubBehaviour,
  type StubSubgraph,
} from './stub-subgraph.js';
