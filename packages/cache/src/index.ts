export * from './contract.js';
export * from './subgraph-extension.js';
