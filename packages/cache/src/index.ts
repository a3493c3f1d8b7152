export * from './contract.js';
export { openInProcessBackend, type InProcessBackend, type InProcessOptions } from './in-process.js';
export { doubtOf, isProven, lifeOf, type Doubt, type Life } from './proof.js';
export { joinSnapshots, parseSnapshot, printSnapshot, sees, type Snapshot } from './snapshot.js';
export * from './subgraph-extension.js';
