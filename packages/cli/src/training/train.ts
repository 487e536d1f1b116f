/** Trains a planned grid: opens the store, listens to signals, shows progress. */

import type { RemoteWorkforce } from "@ablate/remote";
import {
  collectProvenance,
  type GridOptions,
  type GridOutcome,
  type KeptRun,
  runGrid,
} from "@ablate/runner";
import { openWriter } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import type { Planned } from "../plan/planning.ts";
import { type ProgressStyle, showProgress } from "../print/progress/show-progress.ts";
import { openWorkforce, type Remote } from "../remote/open-workforce.ts";
import { storePath } from "../store/open.ts";
import { refuseUnknownWishes, wantedBackend } from "./engines.ts";

/** How much of the machine, how often and how long. */
type TrainingLimits = Pick<
  GridOptions,
  | "mode"
  | "mixes"
  | "workers"
  | "threads"
  | "maxRetries"
  | "timeoutMs"
  | "storageTimeoutMs"
  | "failFast"
  | "stopOn"
>;

type TrainingOptions = TrainingLimits & {
  readonly style: ProgressStyle;
  /** Where runs are handed to other machines. */
  readonly remote?: Remote | undefined;
};

export type Training = {
  /** Runs that are left to train. */
  readonly left: number;
  /** The user stopped it before it was done. */
  readonly isStopped: boolean;
  /** The store took nothing any more, which was said. */
  readonly isGivenUp: boolean;
  /** Runs that were left as they are, since another revision of the engine has begun them. */
  readonly kept: readonly KeptRun[];
  readonly exitCode: number;
};

/** The exit code of a command that may not go on. */
const STORE_LOST = 2;

export async function train(
  invocation: Invocation,
  planned: Planned,
  { style, remote, ...limits }: TrainingOptions,
): Promise<Training> {
  const { terminal, version } = invocation;
  refuseUnknownWishes(terminal);
  const { grid } = planned;
  const { lists: data, hash: dataHash } = planned.data;
  const store = openWriter(storePath(invocation));
  if (store.notice !== null) terminal.warn(asLine(`ablate: ${store.notice}`));
  const progress = showProgress(terminal, style);
  const interrupt = onInterrupt(() =>
    progress.say("stopping after the current block; Ctrl-C again stops at once"),
  );
  let outcome: GridOutcome;
  let workforce: RemoteWorkforce | undefined;
  const lost = ({ message }: Error): void => {
    progress.close();
    terminal.warn(asLine(`ablate: ${message}`));
    // Whatever goes on here would write into a store that is another's now.
    process.exit(STORE_LOST);
  };
  try {
    if (remote !== undefined) {
      const facts = { store, grid: grid.name, version };
      workforce = await openWorkforce(remote, facts, { event: progress.onEvent, lost });
    }
    outcome = await runGrid({
      workforce,
      store,
      grid,
      runs: planned.runs.map(({ hash, family, spec, resolved }) => {
        const { record, thresholds, engine } = resolved;
        return { hash, family, spec, record, engine, thresholds };
      }),
      data,
      dataHash,
      provenance: collectProvenance({
        config: planned.config.file,
        ablateVersion: version,
        dataHash,
      }),
      backend: wantedBackend(terminal),
      ...limits,
      signal: interrupt.signal,
      killSignal: interrupt.killSignal,
      onEvent: progress.onEvent,
    });
  } finally {
    await workforce?.close();
    progress.close();
    interrupt.release();
    store.close();
  }
  const { left, bad, kept, trouble } = outcome;
  const isStopped = interrupt.signal.aborted && left > 0;
  const isGivenUp = trouble !== null && !isStopped;
  if (isGivenUp) {
    const runs = left === 1 ? "1 run is" : `${left} runs are`;
    terminal.warn(
      asLine(
        `ablate: ${trouble}; ${runs} left to train, the same command goes on from the last checkpoints`,
      ),
    );
  }
  const failed = bad > 0 || isGivenUp ? 1 : 0;
  const trained = kept.length > 0 ? 2 : failed;
  return { left, isStopped, isGivenUp, kept, exitCode: isStopped ? STOPPED_BY_USER : trained };
}
