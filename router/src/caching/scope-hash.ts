/** Who may see a private part: those who send its subgraph the same values of the headers that shaped it. */
import { createHash } from 'node:crypto';
import type { Headers } from '../subgraphs/header-rules.js';

/**
 * @param names in lower case and in order
 * @param headers what the subgraph gets; one that is not sent is a value of its own
 * @returns empty where nothing shaped it that a caller sends
 */
export function scopeHash(names: readonly string[], headers: Headers): string {
  if (names.length === 0) return '';
  const pairs = names.map((name) => [name, Object.hasOwn(headers, name) ? headers[name] : null]);
  return createHash('sha256').update(JSON.stringify(pairs)).digest('base64url');
}
