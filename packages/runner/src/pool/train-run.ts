/** Takes one run to its end, on as many workers as it takes. */
import {
  changeThresholds,
  EngineError,
  type EngineName,
  type Rule,
  type RunSpec,
  type TfjsBackend,
  THRESHOLDS,
  type ThresholdChanges,
} from "@ablate/core";
import { LostClaimError, type Provenance, type StoreWriter } from "@ablate/store";
import type { GridEvent, StartedEvent } from "../events.ts";
import type { RecordSpec, TrainMessage, WorkerMessage } from "../messages.ts";
import { RunProgress } from "../progress.ts";
import { FROM_SCRATCH, findStart, resumeFrom, type Start } from "../start.ts";
import { RunWriter } from "../writer.ts";
import { type AttemptEnd, attempt, type FinalMessage, type Limits, stopped } from "./attempt.ts";
import type { Halt } from "./halt.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Assignment, TrainMode } from "./schedule.ts";
import type { WorkerSlot } from "./worker-slot.ts";

/** What to train for the planned run of this hash. */
export type TrainableRun = {
  readonly hash: string;
  readonly spec: RunSpec;
  readonly record: RecordSpec;
  readonly engine: EngineName;
  /** Equal in runs that differ in their number of steps alone; without it none goes on from another. */
  readonly family?: string | undefined;
  /** Where it is diagnosed by others than the usual ones. */
  readonly thresholds?: ThresholdChanges | undefined;
};

/** What all runs of a grid are trained with. */
export type GridContext = {
  readonly store: StoreWriter;
  readonly mode: TrainMode;
  readonly runs: ReadonlyMap<string, TrainableRun>;
  readonly toTrain: number;
  readonly data: Uint8Array;
  readonly dataHash: string;
  readonly backend: TfjsBackend | undefined;
  readonly provenance: Provenance;
  readonly limits: Limits;
  /** How often a run is tried again whose worker died or hung. */
  readonly maxRetries: number;
  readonly stopOn: readonly Rule[];
  readonly halt: Halt;
  readonly heartbeat: Heartbeat;
  readonly onEvent: (event: GridEvent) => void;
};

/** `taken`: by another process, which had to think that this one is gone. */
export type RunOutcome = "finished" | "diverged" | "stopped" | "failed" | "taken";

/** @throws EngineError - the run's engine does not run here; the run is left as it was */
export async function trainRun(
  { run, index, claim }: Assignment,
  slot: WorkerSlot,
  context: GridContext,
): Promise<RunOutcome> {
  const { store, provenance, toTrain, heartbeat, onEvent } = context;
  const trainable = context.runs.get(run.hash);
  if (trainable === undefined) throw new Error(`run ${run.name} is not part of the plan`);
  const { steps } = trainable.spec.train;
  const writer = new RunWriter(store, run.id, { claim, provenance });
  const begin = (): Start => {
    const isAnew = context.mode === "restart" && !writer.hasBegun;
    const start = isAnew ? FROM_SCRATCH : findStart(store, run.id, trainable);
    writer.startAt(start);
    return start;
  };
  let start = begin();
  onEvent({ event: "started", run: run.name, index, toTrain, steps, ...originOf(start) });
  for (const message of start.notes) onEvent({ event: "unused", run: run.name, message });

  let progress = new RunProgress(run.name, steps);
  const record = (message: WorkerMessage): void => {
    writer.write(message);
    for (const event of progress.follow(message)) onEvent(event);
  };
  const tryOnce = (): Promise<AttemptEnd> =>
    attempt({
      ...context,
      line: slot.line(),
      message: trainMessage(run.id, { ...trainable, start }, context),
      onMessage: record,
      hold: (onLost) => heartbeat.hold({ runId: run.id, token: claim.token }, onLost),
    });
  const onRetry = (error: string, attempt: number): void => {
    progress = new RunProgress(run.name, steps);
    start = begin();
    onEvent({ event: "retried", run: run.name, error, attempt, ...originOf(start) });
  };

  try {
    const message = await withRetries(tryOnce, context, onRetry);
    record(message);
    if (message.type === "refused") throw new EngineError(message.error);
    return message.type === "failed" ? "failed" : message.state;
  } catch (error) {
    if (!(error instanceof LostClaimError)) throw error;
    onEvent(progress.taken());
    return "taken";
  }
}

/** A worker that dies or hangs costs an attempt; a run that fails by itself would fail again. */
async function withRetries(
  tryOnce: () => Promise<AttemptEnd>,
  { maxRetries, halt }: GridContext,
  onRetry: (error: string, attempt: number) => void,
): Promise<FinalMessage> {
  for (let retries = 0; ; retries++) {
    const { message, isLost } = await tryOnce();
    if (!isLost || message.type !== "failed") return message;
    if (halt.reason !== null) return stopped(message.runId, message.trainSeconds);
    if (retries === maxRetries) {
      const error = retries === 0 ? message.error : `${message.error}, ${retries + 1} times`;
      return { ...message, error };
    }
    onRetry(message.error, retries + 2);
  }
}

/** Updates made before, and by which run. */
function originOf({ point }: Start): Pick<StartedEvent, "from" | "of"> {
  return { from: point?.step ?? 0, of: point?.run ?? null };
}

function trainMessage(
  runId: number,
  { spec, record, engine, thresholds, start }: TrainableRun & { readonly start: Start },
  { backend, dataHash, stopOn }: GridContext,
): TrainMessage {
  return {
    type: "train",
    runId,
    spec,
    record,
    engine,
    backend,
    dataHash,
    resume: resumeFrom(start, runId),
    thresholds: changeThresholds(THRESHOLDS, thresholds ?? {}),
    stopOn,
  };
}
