import type { Line } from "@ablate/runner";

/** How often signs of life are looked for: far below the limit, which is in seconds. */
const TICK_MS = 500;

/**
 * Calls once a worker has given no sign of life for so long; returns what ends that. Counts time in ticks: while this
 * process itself is stopped, or the machine sleeps, none passes.
 */
export function watchSilence(
  line: Pick<Line, "beats">,
  silenceMs: number,
  onSilence: () => void,
): () => void {
  let [last, silent, beats] = [performance.now(), 0, line.beats];
  const timer = setInterval(() => {
    const now = performance.now();
    silent = beats === line.beats ? silent + Math.min(now - last, 2 * TICK_MS) : 0;
    [last, beats] = [now, line.beats];
    if (silent >= silenceMs) onSilence();
  }, TICK_MS);
  return () => clearInterval(timer);
}
