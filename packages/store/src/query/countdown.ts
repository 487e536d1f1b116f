/** A time limit that stands still while it is paused. */
export type Countdown = { readonly pause: () => void; readonly goOn: () => void };

/** Starts one; `onEnd` is called once the time is over, never for 0 ms. */
export function countdown(ms: number, onEnd: () => void): Countdown {
  let leftMs = ms;
  let startedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const goOn = (): void => {
    if (ms === 0) return;
    startedAt = performance.now();
    timer = setTimeout(onEnd, leftMs);
  };
  const pause = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    leftMs = Math.max(1, leftMs - (performance.now() - startedAt));
  };
  goOn();
  return { pause, goOn };
}
