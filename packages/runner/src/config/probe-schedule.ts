/** When a run is probed: at initialisation, at these steps, at its end. */
export type ProbeSchedule = {
  /** Steps `digit * 10^k` are probed, for each of these digits and all k. */
  readonly decades: readonly number[];
  /** Every so many steps, too; 0: not. */
  readonly every: number;
};

/** The schedule of a config that says nothing else. */
export const USUAL_SCHEDULE: ProbeSchedule = { decades: [1, 2, 5], every: 10_000 };

/** The first step after `step` that is probed, without regard to the run's end; infinite: none. */
export function nextProbe({ decades, every }: ProbeSchedule, step: number): number {
  const regular = every > 0 ? (Math.floor(step / every) + 1) * every : Number.POSITIVE_INFINITY;
  return Math.min(regular, ...decades.map((digit) => nextInDecades(digit, step)));
}

/** Probes of a run of so many steps that comes to its end. */
export function countProbes(schedule: ProbeSchedule | "none", steps: number): number {
  if (schedule === "none") return 0;
  let count = 2;
  for (let at = nextProbe(schedule, 0); at < steps; at = nextProbe(schedule, at)) count += 1;
  return count;
}

function nextInDecades(digit: number, step: number): number {
  let next = digit;
  while (next <= step) next *= 10;
  return next;
}
