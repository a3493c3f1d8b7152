export { captureWrites, releaseWrites, type TableCapture } from './capture.js';
export { capturedTables, type CapturedTable } from './captured-tables.js';
export { announceAll } from './outbox.js';
export { startPollingRelay } from './relay/polling-relay.js';
export type { Deliveries, OutboxMessage, Relay, RelayStatus } from './relay/relay.js';
export type { SqlRunner } from './runner.js';
export { listTagOf, tagOf, wholeStoreTag, type TagValues } from './tag.js';
export { tagText, type ValueForm } from './value-form.js';
export { markWrites, writesOf, type Writes } from './writes-of.js';
