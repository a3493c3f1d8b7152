/** The few instants that all dates hang on. "Now" is fixed: a seed that asked the clock would differ from day to day. */
const day = 86_400_000;

export const timeline = {
  /** The first products are photographed, the first users sign up for the opening. */
  founded: Date.UTC(2021, 0, 4),
  /** The first order can be placed. */
  opened: Date.UTC(2021, 2, 1),
  /** The last users and products join. */
  closedForJoining: Date.UTC(2025, 5, 1),
  /** The moment that the seed is a picture of; nothing in it is later. */
  now: Date.UTC(2025, 6, 1),
  day,
} as const;

/** The instant at that share of the way, to the second. */
export function instantBetween(from: number, to: number, share: number): Date {
  return new Date(Math.floor((from + (to - from) * share) / 1000) * 1000);
}
