/**
 * Operations that have come all the way through @apollo/server once: parsed, valid, within the limits, planned. What is
 * asked for again with the same text need not go that way again. Belongs to one supergraph, like everything it knows.
 */
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import { OperationTypeNode, type DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ParsedOperation, PlannedOperation } from './stages.js';

export type KnownOperation = Pick<
  ParsedOperation,
  'supergraph' | 'key' | 'text' | 'document' | 'definition' | 'operationName'
>;

/** Characters of all texts. Their documents take 50 times as much and more. */
const maxCharacters = 1_000_000;

/**
 * For @apollo/server, the documents that it has parsed and found valid. On its own it keeps 30 MB by their JSON, which is
 * several times as much in memory, and makes that JSON to know how much it is.
 */
export function documentStore(limit: number): InMemoryLRUCache<DocumentNode> {
  const sizeCalculation = ({ loc }: DocumentNode) => (loc === undefined ? maxCharacters : loc.end + 1);
  return new InMemoryLRUCache<DocumentNode>({ max: limit, maxSize: maxCharacters, sizeCalculation });
}

export class KnownOperations {
  private readonly known: LRUCache<string, KnownOperation>;

  /** @param limit how many plans are kept: to know an operation without its plan saves little */
  constructor(limit: number) {
    this.known = new LRUCache<string, KnownOperation>({
      max: limit,
      maxSize: maxCharacters,
      sizeCalculation: ({ text }) => text.length + 1,
    });
  }

  /** Only queries: what changes something is looked at each time by everything that wants to. */
  learn({ supergraph, key, text, document, definition, operationName }: PlannedOperation): void {
    if (definition.operation !== OperationTypeNode.QUERY) return;
    const known = { supergraph, key, text, document, definition, operationName };
    const name = keyOf(text, operationName);
    if (!this.known.has(name)) this.known.set(name, known);
  }

  get(text: string, operationName: string | undefined): KnownOperation | undefined {
    return this.known.get(keyOf(text, operationName));
  }
}

/** A name has no line break in it. */
function keyOf(text: string, operationName: string | undefined): string {
  return operationName === undefined ? text : `${operationName}\n${text}`;
}
