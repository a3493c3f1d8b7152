// A subgraph of the checker as a process of its own; the environment says which.
import { runSubgraph } from '@selvedge/subgraph';
import { itemsDefinition } from './items.js';
import { stockDefinition } from './stock.js';

const definition = process.env['CHECKED_SUBGRAPH'] === 'stock' ? stockDefinition : itemsDefinition;

await runSubgraph({ ...definition, schema: new URL(`./${definition.name}.graphql`, import.meta.url) });
