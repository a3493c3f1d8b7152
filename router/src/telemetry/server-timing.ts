import { stages } from './stages.js';

/**
 * The value of `Server-Timing` (https://www.w3.org/TR/server-timing/), in which `dur` is in milliseconds.
 *
 * @param times of each stage, in their order; of several operations in one request, their sums. @param total so far
 */
export function serverTiming(times: readonly number[], total: number): string {
  let text = '';
  stages.forEach((stage, index) => {
    const time = times[index] ?? 0;
    if (time > 0) text += `${stage};dur=${time.toFixed(3)}, `;
  });
  return `${text}total;dur=${total.toFixed(3)}`;
}
