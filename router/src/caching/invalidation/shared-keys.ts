/** Who may invalidate what: whoever knows the key of all subgraphs, or that of the one. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ResponseCacheConfig } from '../../config/schema.js';

export class SharedKeys {
  private readonly secret = randomBytes(32);
  private readonly ofAll: Buffer | null;
  private readonly ofOne: ReadonlyMap<string, Buffer | null>;

  constructor({ all, subgraphs }: ResponseCacheConfig['subgraph']) {
    this.ofAll = this.digestOf(all.invalidation);
    this.ofOne = new Map(
      Object.entries(subgraphs).flatMap(([name, { invalidation }]) =>
        invalidation === undefined ? [] : [[name, this.digestOf(invalidation)]],
      ),
    );
  }

  /** Whether it is a key at all. */
  isKnown(given: string): boolean {
    const digest = this.digest(given);
    let isKnown = isSame(this.ofAll, digest);
    for (const own of this.ofOne.values()) isKnown = isSame(own, digest) || isKnown;
    return isKnown;
  }

  allows(given: string, subgraph: string): boolean {
    const digest = this.digest(given);
    const own = this.ofOne.get(subgraph);
    // What is switched off for one is off, whatever holds for all.
    if (own === null) return false;
    const isOwn = isSame(own ?? null, digest);
    return isSame(this.ofAll, digest) || isOwn;
  }

  private digestOf(invalidation: ResponseCacheConfig['subgraph']['all']['invalidation']): Buffer | null {
    const { enabled = false, shared_key: key } = invalidation ?? {};
    return enabled && key !== undefined ? this.digest(key) : null;
  }

  /** Of one length, so that comparing takes the same time for any two. */
  private digest(text: string): Buffer {
    return createHmac('sha256', this.secret).update(text).digest();
  }
}

function isSame(known: Buffer | null, given: Buffer): boolean {
  return known !== null && timingSafeEqual(known, given);
}
