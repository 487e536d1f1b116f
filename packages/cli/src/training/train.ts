/** Trains a planned grid: opens the store, listens to signals, shows progress. */
import { collectProvenance, type GridOptions, type GridOutcome, runGrid } from "@ablate/runner";
import { openWriter } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { onInterrupt } from "../command-line/interrupt.ts";
import type { Planned } from "../plan/planning.ts";
import { type ProgressStyle, showProgress } from "../print/progress/show-progress.ts";
import { storePath } from "../store/open.ts";
import { wantedBackend } from "./engines.ts";

/** How much of the machine, how often and how long. */
export type TrainingLimits = Pick<
  GridOptions,
  "mode" | "workers" | "maxRetries" | "timeoutMs" | "storageTimeoutMs" | "failFast" | "stopOn"
>;

export async function train(
  invocation: Invocation,
  planned: Planned,
  { style, ...limits }: { readonly style: ProgressStyle } & TrainingLimits,
): Promise<GridOutcome & { readonly interrupted: boolean }> {
  const { terminal, version } = invocation;
  const store = openWriter(storePath(invocation));
  if (store.notice !== null) terminal.warn(`ablate: ${store.notice}\n`);
  const progress = showProgress(terminal, style);
  const interrupt = onInterrupt(() =>
    progress.say("stopping after the current block; Ctrl-C again stops at once"),
  );
  try {
    const outcome = await runGrid({
      store,
      grid: planned.grid,
      runs: planned.runs.map(
        ({ hash, family, spec, resolved: { record, thresholds, engine } }) => ({
          hash,
          family,
          spec,
          record,
          engine,
          thresholds,
        }),
      ),
      data: planned.bytes,
      dataHash: planned.dataHash,
      provenance: collectProvenance({
        folder: terminal.folder,
        ablateVersion: version,
        dataHash: planned.dataHash,
      }),
      backend: wantedBackend(terminal),
      ...limits,
      signal: interrupt.signal,
      killSignal: interrupt.killSignal,
      onEvent: progress.onEvent,
    });
    return { ...outcome, interrupted: interrupt.signal.aborted && outcome.left > 0 };
  } finally {
    progress.close();
    interrupt.release();
    store.close();
  }
}

/** How a grid's outcome ends the command. */
export function exitCode({
  bad,
  trouble,
  interrupted,
}: Pick<GridOutcome, "bad" | "trouble"> & { readonly interrupted: boolean }): number {
  if (interrupted) return 130;
  return bad > 0 || trouble !== null ? 1 : 0;
}

/** What a grid has left whose store was given up. */
export function leftText({ left }: Pick<GridOutcome, "left">): string {
  const runs = left === 1 ? "1 run is" : `${left} runs are`;
  return `${runs} left to train, the same command goes on from the last checkpoints`;
}
