/** How much memory a plan holds, by V8's layout on 64 bit without pointer compression, which is how Node is built. */
import type { QueryPlan } from '@apollo/query-planner';

/**
 * @returns bytes of heap. Measured against the heap itself in plan-size.test.ts; names of fields are shared by all
 *   plans (`kind`), strings that are values (`"Field"`) are not, as a structured clone makes each anew.
 */
export function bytesOfPlan(plan: QueryPlan): number {
  return bytesOf(plan);
}

const word = 8;
const headerOfString = 16;
/** Map, fields, elements, and what objects have more of than they use (two words, measured). */
const headerOfObject = 5 * word;
const headerOfArray = 4 * word + 2 * word;

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return bytesOfString(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, item) => sum + word + bytesOf(item), headerOfArray);
  }
  return Object.values(value).reduce<number>((sum, item) => sum + word + bytesOf(item), headerOfObject);
}

function bytesOfString(text: string): number {
  return headerOfString + Math.ceil((text.length * widthOf(text)) / word) * word;
}

/** One byte a character up to Latin-1, else two. */
function widthOf(text: string): 1 | 2 {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0xff) return 2;
  return 1;
}
