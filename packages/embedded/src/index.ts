export { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './start.js';
export { freePort } from './port.js';
export { provisionStore, dropStore, type Store } from './provision.js';
export { makeThrowawayFolder } from './throwaway-folder.js';
