import { type ComparedRun, momentsOf, type StoreReader } from "@ablate/store";
import type { FirstSteps } from "./group.ts";

const FIRST_STEPS = 100;

/** How runs begin, against a loss of `guessing`, null where it is not known. */
export function firstStepsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
  guessing: number | null,
): FirstSteps {
  const earlySteps = Math.min(
    FIRST_STEPS,
    ...runs.map(({ lastStep }) => (lastStep ?? -1) + 1).filter((steps) => steps > 0),
  );
  return {
    initial: momentsOf(runs.map(({ name: run }) => reader.lossAt(run, 0)?.loss ?? null)),
    early: momentsOf(runs.map(({ name: run }) => earlyLoss(reader, run, earlySteps))),
    earlySteps,
    below: momentsOf(
      guessing === null ? [] : runs.map(({ name: run }) => firstBelow(reader, run, guessing)),
    ),
  };
}

function earlyLoss(reader: StoreReader, run: string, steps: number): number | null {
  const points = reader.curve(run, "loss", 1, { from: 0, to: steps - 1 });
  return momentsOf(points.map(({ mean }) => mean)).mean;
}

function firstBelow(reader: StoreReader, run: string, limit: number): number | null {
  const points = reader.curve(run, "loss", 16);
  return points.find(({ mean }) => mean !== null && mean < limit)?.step ?? null;
}
