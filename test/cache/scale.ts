// How much there is of everything, and who asks.

/** Chosen by Zipf(1). */
export const keys = 1_000;
export const groups = 50;

/** Their tokens' subjects. */
export const users: readonly string[] = [1, 2, 3, 4].map(
  (index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
);

/** Of all requests. */
export const writeShare = 0.02;

/** Of what is not ours, which is to be caught soon; it is caught with fewer as well, but later. */
export const variantWriteShare = 0.1;
