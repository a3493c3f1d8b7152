/**
 * The only source of chance in the seed: everything is drawn from the name of what is drawn, so that every service,
 * machine and day sees the same shop.
 */
import { hash } from 'node:crypto';

/** A generator of numbers in [0, 1), the same sequence for the same key (mulberry32 seeded by FNV-1a). */
export function random(key: string): () => number {
  let state = fnv1a(key);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A name-based UUID (RFC 9562, version 5): 122 bits of SHA-1, so that hundreds of thousands of keys do not collide. */
export function uuid(key: string): string {
  const digest = hash('sha1', `https://selvedge.example/${key}`, 'hex');
  const variant = ((parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

/** A whole number in [0, count). */
export function below(draw: () => number, count: number): number {
  return Math.floor(draw() * count);
}

/** One of the items; the list must not be empty. */
export function pick<T>(draw: () => number, items: readonly T[]): T {
  const item = items[below(draw, items.length)];
  if (item === undefined) throw new RangeError('expected a list with items, but got an empty one');
  return item;
}

function fnv1a(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  // FNV leaves similar keys ("user:1", "user:2") with similar high bits; this spreads them.
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return state ^ (state >>> 16);
}
