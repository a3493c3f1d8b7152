import { asciiOf, firstNames, lastNames } from './people.js';
import { random, uuid } from './random.js';
import { instantBetween, timeline } from './timeline.js';

export type LoyaltyTier = 'BRONZE' | 'SILVER' | 'GOLD';

export interface UserFacts {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly memberSince: Date;
  readonly tier: LoyaltyTier;
}

/** Users come in blocks of this size, the first two of which joined before the shop opened. */
export const userBlock = 10;
const foundersPerBlock = 2;

const combinations = firstNames.length * lastNames.length;
// Coprime to the number of combinations, so that the first `combinations` users all have different names.
const stride = 1231;

/** The user of that index, the same at any scale. User 0 works for the shop, user 1 is its first customer. */
export function user(index: number): UserFacts {
  const combination = (index * stride) % combinations;
  const first = firstNames[combination % firstNames.length] ?? '';
  const last = lastNames[Math.floor(combination / firstNames.length)] ?? '';
  const round = Math.floor(index / combinations);
  return {
    id: uuid(`user/${index}`),
    username: `${asciiOf(first)}.${asciiOf(last)}${round === 0 ? '' : String(round + 1)}`,
    name: `${first} ${last}`,
    memberSince: memberSince(index),
    tier: tierOf(index),
  };
}

/** Apart from `user` because orders ask it of many users, of most of whom they need nothing else. */
export function memberSince(index: number): Date {
  const share = random(`member-since:${index}`)();
  return isFounder(index)
    ? instantBetween(timeline.founded, timeline.opened, share)
    : instantBetween(timeline.opened, timeline.closedForJoining, share);
}

function tierOf(index: number): LoyaltyTier {
  const years = (timeline.now - memberSince(index).getTime()) / (365 * timeline.day);
  const loyalty = years * (0.5 + random(`tier:${index}`)());
  if (loyalty > 4) return 'GOLD';
  return loyalty > 2 ? 'SILVER' : 'BRONZE';
}

function isFounder(index: number): boolean {
  return index % userBlock < foundersPerBlock;
}
