import type { Database } from "better-sqlite3";
import { BATCH_ROWS } from "./table.ts";

export type ScannedStep = {
  readonly step: number;
  readonly loss: number | null;
  readonly lr: number | null;
  readonly ratios: Buffer;
};

/** What scans the steps of a run in their order, some at a time. */
export function stepScanner(database: Database): (runId: number) => Iterable<ScannedStep[]> {
  const next = database.prepare<[number, number, number], ScannedStep>(
    "select step, loss, lr, ratios from step where run_id = ? and step > ? order by step limit ?",
  );
  return function* scan(runId) {
    let last = -1;
    for (;;) {
      const steps = next.all(runId, last, BATCH_ROWS);
      const end = steps.at(-1);
      if (end === undefined) return;
      yield steps;
      last = end.step;
    }
  };
}
