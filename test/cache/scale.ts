// How much there is of everything, and who asks.

export const keys = 1_000;
/** Of the Zipf distribution by which they are chosen. */
export const exponent = 1;
export const groups = 50;

/** Their tokens' subjects. */
export const users: readonly string[] = [1, 2, 3, 4].map(
  (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
);

/** Of all requests: a little more than the 2% that are to be reached. */
export const writeShare = 0.0205;
