/** Reads how runs begin. */
import { type ComparedRun, type Moments, momentsOf, type StoreReader } from "@ablate/store";

/** How a group begins. */
export type FirstSteps = {
  /** Loss before the first update. */
  readonly initial: Moments;
  /** Mean loss of the first steps: as many as `FIRST_STEPS` or the shortest run has. */
  readonly early: Moments;
  readonly earlySteps: number;
  /** The first step from which the mean of 16 is below what guessing costs; of the runs that get there. */
  readonly below: Moments;
};

const FIRST_STEPS = 100;

/** Reads how runs begin, compared with the loss of `guessing`, null where it is not known. */
export function firstStepsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  guessing: number | null,
): FirstSteps {
  const lengths = runs.map(({ lastStep }) => (lastStep ?? -1) + 1).filter((steps) => steps > 0);
  const earlySteps = Math.min(FIRST_STEPS, ...lengths);
  const over = (value: (run: string) => number | null): Moments =>
    momentsOf(runs.map(({ name }) => value(name)));
  return {
    initial: over((run) => reader.lossAt(run, 0)?.loss ?? null),
    early: over((run) => {
      const points = reader.curve(run, "loss", 1, { from: 0, to: earlySteps - 1 });
      return momentsOf(points.map(({ mean }) => mean)).mean;
    }),
    earlySteps,
    below: over((run) => {
      if (guessing === null) return null;
      const points = reader.curve(run, "loss", 16);
      return points.find(({ mean }) => mean !== null && mean < guessing)?.step ?? null;
    }),
  };
}
