/**
 * What requests that were answered from what is kept had as their text, so that the same text is not read again: equal texts
 * ask the same, whoever sends them.
 */
import { LRUCache } from 'lru-cache';
import type { OperationParameters } from './parameters.js';

/** Characters of all texts. What they are parsed to takes a few times as much. */
const maxCharacters = 4_000_000;
/** A longer one is read each time. */
const maxLength = 20_000;

export class RequestTexts {
  private readonly known = new LRUCache<string, OperationParameters>({
    maxSize: maxCharacters,
    sizeCalculation: (_, { length }) => length + 100,
  });

  /**
   * @param text a POST's body, or a GET's search, which no JSON begins like
   * @returns the parameters, which nobody writes to: the same object for equal texts
   */
  get(text: string): OperationParameters | undefined {
    return this.known.get(text);
  }

  remember(text: string, parameters: OperationParameters): void {
    if (text.length <= maxLength && !this.known.has(text)) this.known.set(text, parameters);
  }
}
