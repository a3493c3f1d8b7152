/** Bounds that both backends keep. */

/** An entry keeps the fields of its last fills; of older ones, which are mostly expired or fenced, it may forget them. */
export const fillsKept = 8;

/** Milliseconds, where nothing else is said: of an intent that was lost with its record, nobody knows how long it was to last. */
export const defaultLongestIntent = 60_000;

/** Mutations of one store that are under way at once. */
export const intentsKept = 10_000;
