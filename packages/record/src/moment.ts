/** Later than any training: clocks that say more are wrong. */
const LATEST_MS = 1e14;

/** Returns a time that a log says, in milliseconds since 1970; null where it is none. */
export function momentOf(ms: number | null): number | null {
  return ms !== null && ms > 0 && ms < LATEST_MS ? Math.round(ms) : null;
}
