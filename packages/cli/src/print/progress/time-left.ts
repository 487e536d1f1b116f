export type Work = {
  readonly active: readonly { readonly steps: number; readonly speed: number | null }[];
  /** Runs that no worker is at yet, and their steps. */
  readonly waiting: { readonly runs: number; readonly steps: number };
  /** Steps per second of one worker, where none is measured now. */
  readonly usualSpeed: number | null;
  /** Most runs that were trained at once. */
  readonly workers: number;
  /** Seconds that a run takes before its first and after its last step, as measured so far. */
  readonly opening: number;
  readonly closing: number;
};

/**
 * Seconds until all of the work is done at the present speed, evaluation included; null while
 * nothing is measured. No shorter than the longest run at work.
 */
export function timeLeft(work: Work): number | null {
  const { active, waiting, opening, closing } = work;
  if (active.length === 0 && waiting.runs === 0) return 0;
  const known = active.flatMap(({ speed }) => (speed === null ? [] : [speed]));
  const mean = known.reduce((sum, speed) => sum + speed, 0) / known.length;
  const each = known.length > 0 && mean > 0 ? mean : work.usualSpeed;
  if (each === null || each <= 0) return null;
  const own = active.map(({ steps, speed }) => {
    const pace = speed !== null && speed > 0 ? speed : each;
    return steps / pace + closing;
  });
  const later = waiting.steps / each + waiting.runs * (opening + closing);
  const total = own.reduce((sum, seconds) => sum + seconds, later);
  const hands = Math.max(1, Math.min(work.workers, active.length + waiting.runs));
  return Math.max(total / hands, ...own);
}
