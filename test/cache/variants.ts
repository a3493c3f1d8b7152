// Caches that are not ours: the router as it is, but for one function. Each is a way to build a response cache that is in use
// or was nearly taken, and the checker has to catch each.
import type { SourceChange } from '@selvedge/testkit';

export interface Variant {
  readonly id: string;
  readonly what: string;
  readonly edits: readonly SourceChange[];
  /** Whether routers keep anything themselves; what goes past the replaced function would hide what it does. */
  readonly inMemory: boolean;
  /** By which it is found out. */
  readonly faults: readonly string[];
}

export const variants: readonly Variant[] = [
  {
    id: 'set-del',
    what: 'a write deletes what was stored before, and nothing tells that what comes later may have been read before',
    edits: [
      {
        file: 'packages/cache/src/redis/scripts/settle.ts',
        search: 'if #ARGV > lastXid or differs then',
        replacement: 'if differs then',
      },
      {
        file: 'packages/cache/src/redis/scripts/settle.ts',
        search: "redis.call('SET', keys[i], fenced(record), 'KEEPTTL')",
        replacement: "redis.call('DEL', keys[i])",
      },
    ],
    inMemory: false,
    faults: ['late-fills', 'late-fills', 'late-fills'],
  },
  {
    id: 'greatest-xid',
    what: 'of the writes to a tag only the greatest transaction id is kept',
    edits: [
      {
        file: 'packages/cache/src/redis/scripts/settle.ts',
        search: 'local dropped = kept[#kept',
        replacement: `
  local greatest
  for _, fence in ipairs(kept) do
    local xid = string.match(fence, '%d+$')
    if not greatest or #xid > #greatest or (#xid == #greatest and xid > greatest) then greatest = xid end
  end
  if greatest then return state.nonce .. '|' .. born .. '|' .. count .. ':' .. greatest end
  local dropped = kept[#kept`,
      },
    ],
    inMemory: true,
    faults: ['late-fills', 'late-fills', 'late-fills'],
  },
  {
    id: 'unvalidated-tier',
    what: 'what a process has is served as long as it is there',
    edits: [
      {
        file: 'router/src/caching/part-tier.ts',
        search: `
    proven.nonce === state.nonce &&
    proven.count === state.count &&`,
        replacement: '\n    (proven.nonce === state.nonce || proven.nonce !== state.nonce) &&',
      },
    ],
    inMemory: true,
    faults: ['late-fills'],
  },
  {
    id: 'join-in-flight',
    what: 'who asks what somebody else has asked gets the answer that is under way',
    edits: [
      {
        file: 'router/src/pipeline/direct-answers.ts',
        search: 'return this.loaderOf(known, `${JSON.stringify(asked.variables)}\\n${scope}`).load(waiting);',
        replacement: `
    const key = JSON.stringify([asked.text, asked.variables, scope]);
    const underWay: Map<string, Promise<DirectAnswer | null>> = ((globalThis as any).underWay ??= new Map());
    const joined = underWay.get(key);
    if (joined !== undefined) return joined;
    const own = this.execute(waiting, context).finally(() => underWay.delete(key));
    underWay.set(key, own);
    return own;`,
      },
    ],
    inMemory: true,
    faults: ['late-fills', 'late-fills', 'late-fills'],
  },
];

/** @throws for one that there is not */
export function variantNamed(id: string): Variant {
  const variant = variants.find((each) => each.id === id);
  if (variant !== undefined) return variant;
  throw new Error(`expected one of ${variants.map((each) => each.id).join(', ')} but got ${id}`);
}
