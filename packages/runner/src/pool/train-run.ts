/** Takes one run to its end, on as many workers as it takes. */
import {
  changeThresholds,
  ENGINE_REVISIONS,
  EngineError,
  type NameLists,
  type Rule,
  type TfjsBackend,
  THRESHOLDS,
} from "@ablate/core";
import { LostClaimError, type Provenance, type RetryingWriter, StorageError } from "@ablate/store";
import type { GridEvent, KeptRun, Origin } from "../train/events.ts";
import type { TrainMessage, WorkerMessage } from "../train/messages.ts";
import { RunProgress } from "../train/progress.ts";
import { RunWriter } from "../train/run-writer.ts";
import {
  askedStart,
  FROM_SCRATCH,
  findStart,
  resumeFrom,
  type Start,
  type Startable,
} from "../train/start.ts";
import { type AttemptEnd, attempt, type Limits, stopped, WithdrawnError } from "./attempt.ts";
import type { CoreShares, Share } from "./core-shares.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { Line, OpenAttempt } from "./line.ts";
import type { Assignment, TrainMode } from "./run-queue.ts";
import type { StopSignal } from "./stop-signal.ts";

/** How to train the planned run of this hash. */
export type TrainableRun = Startable & { readonly hash: string };

/** What all runs of a grid are trained with. */
export type GridContext = {
  readonly storage: RetryingWriter;
  readonly mode: TrainMode;
  /** Goes on from checkpoints that another revision of the engine has made. */
  readonly mixes: boolean;
  readonly runs: ReadonlyMap<string, TrainableRun>;
  readonly toTrain: number;
  readonly data: NameLists;
  readonly dataHash: string;
  readonly backend?: TfjsBackend | undefined;
  readonly provenance: Provenance;
  readonly limits: Limits;
  /** How often a run is tried again whose worker died or hung. */
  readonly maxRetries: number;
  readonly stopOn: readonly Rule[];
  readonly stopSignal: StopSignal;
  readonly heartbeat: Heartbeat;
  readonly onEvent: (event: GridEvent) => void;
};

/** Where a run is trained. */
export type Place = {
  readonly line: Line;
  /** Gives the run its share of the cores there. */
  readonly join: CoreShares["join"];
};

/**
 * `withdrawn`: no worker has begun with it, and others may. `taken`: by another process, which had to think that this one is gone. `interrupted`: the store was
 * given up. A run that is left as it is comes with why.
 */
export type RunOutcome =
  | ("finished" | "diverged" | "stopped" | "failed" | "taken" | "withdrawn" | "interrupted")
  | KeptRun;

const TAKEN =
  "another process has taken it over, since this one gave no sign of life for 15 seconds";

/** @throws EngineError - the run's engine does not run here; the run is left as it was */
export async function trainRun(
  { run, index, claim, open }: Assignment,
  { line, join }: Place,
  context: GridContext,
): Promise<RunOutcome> {
  const { storage, provenance, toTrain, heartbeat, onEvent } = context;
  const trainable = context.runs.get(run.hash);
  if (trainable === undefined) throw new Error(`run ${run.name} is not part of the plan`);
  const { steps } = trainable.spec.train;
  let progress = new RunProgress(run.name, steps);
  const onWritten = (message: WorkerMessage): void => {
    for (const event of progress.follow(message)) onEvent(event);
  };
  const current = ENGINE_REVISIONS[trainable.engine];
  const claimed = { ...claim, revision: current };
  const writer = new RunWriter(storage, run.id, { claim: claimed, provenance, onWritten });
  const begin = async (): Promise<Start> => {
    const isAnew = context.mode === "restart" && !writer.hasBegun;
    const start = isAnew
      ? FROM_SCRATCH
      : await storage.write((store) =>
          findStart(store, run.id, askedStart(trainable, context.mixes)),
        );
    if (start.other !== null) {
      for (const message of start.notes) onEvent({ event: "unused", run: run.name, message });
      throw new KeptError({ ...start.other, run: run.name, current });
    }
    writer.startAt(start);
    return start;
  };
  const share = join(trainable, (threads) =>
    line.send({ type: "threads", runId: run.id, threads }),
  );
  const tryOnce = (start: Start): Promise<AttemptEnd> =>
    attempt({
      ...context,
      line,
      handedOver: { hash: run.hash, name: run.name, token: claim.token },
      message: trainMessage(run.id, { ...trainable, start, share }, context),
      onMessage: (received, mark) => writer.write(received, mark),
      hold: (onLost) => heartbeat.hold({ runId: run.id, token: claim.token }, onLost),
    });
  const onRetry = async (error: string, attempt: number): Promise<Start> => {
    progress = new RunProgress(run.name, steps);
    const start = await begin();
    onEvent({ event: "retried", run: run.name, error, attempt, ...originOf(start, current) });
    return start;
  };
  const onEvicted = async (): Promise<Start> => {
    const { host } = progress;
    progress = new RunProgress(run.name, steps);
    const start = await begin();
    onEvent({ event: "evicted", run: run.name, host, ...originOf(start, current) });
    return start;
  };
  const goOn = async (attempt: OpenAttempt): Promise<Start> => {
    const { resume } = attempt;
    const isStored = await storage.write((store) => store.received(run.id)?.attempt === attempt.id);
    if (isStored) {
      writer.goOn({ metrics: [] });
      const point = resume === null ? null : { ...resume, runId: run.id, revision: current };
      return { ...FROM_SCRATCH, point };
    }
    const start = await begin();
    const isSame = start.point?.step === resume?.step && start.point?.run === resume?.run;
    if (!isSame) line.kill();
    return start;
  };

  try {
    const start = open === null ? await begin() : await goOn(open);
    const origin = originOf(start, current);
    const started = { event: "started", run: run.name, index, toTrain, steps } as const;
    onEvent({ ...started, ...origin, revision: current });
    for (const message of start.notes) onEvent({ event: "unused", run: run.name, message });
    const { message, mark } = await withRetries(start, { tryOnce, onRetry, onEvicted }, context);
    await writer.write(message, mark);
    line.settle();
    if (message.type === "refused") throw new EngineError(message.error);
    return message.type === "failed" ? "failed" : message.state;
  } catch (error) {
    if (error instanceof StorageError) {
      writer.abandon(error.message);
      onEvent(progress.interrupted(error.message));
      return "interrupted";
    }
    if (error instanceof KeptError) {
      await writer.keep(error.message);
      return error.run;
    }
    if (error instanceof WithdrawnError) {
      await writer.release();
      return "withdrawn";
    }
    if (!(error instanceof LostClaimError)) throw error;
    onEvent(progress.interrupted(TAKEN));
    return "taken";
  } finally {
    share.leave();
  }
}

/** A run is not trained: another revision of the engine made the checkpoint that is left of it. */
class KeptError extends Error {
  override readonly name = "KeptError";
  readonly run: KeptRun;

  constructor(run: KeptRun) {
    super(`its checkpoint at step ${run.step} is of revision ${run.revision} of the engine`);
    this.run = run;
  }
}

type Tries = {
  readonly tryOnce: (start: Start) => Promise<AttemptEnd>;
  /** Finds where the next attempt begins. */
  readonly onRetry: (error: string, attempt: number) => Promise<Start>;
  /** Does the same where the worker had to go. */
  readonly onEvicted: () => Promise<Start>;
};

/** A worker that dies or hangs costs an attempt, one that has to go does not; a run that fails by itself would fail again. */
async function withRetries(
  first: Start,
  { tryOnce, onRetry, onEvicted }: Tries,
  { maxRetries, stopSignal }: GridContext,
): Promise<AttemptEnd> {
  let start = first;
  for (let tries = 1; ; ) {
    const end = await tryOnce(start);
    const { message, isLost } = end;
    const isEvicted = message.type === "ended" && message.reason === "evicted";
    if (!isEvicted && (!isLost || message.type !== "failed")) return end;
    if (stopSignal.reason !== null) {
      return { message: stopped(message.runId, trainSecondsOf(message)), isLost };
    }
    if (message.type !== "failed") {
      start = await onEvicted();
      continue;
    }
    if (tries > maxRetries) {
      const times = tries === 1 ? "" : `, ${tries} times`;
      return { ...end, message: { ...message, error: `${message.error}${times}` } };
    }
    tries += 1;
    start = await onRetry(message.error, tries);
  }
}

function trainSecondsOf(message: AttemptEnd["message"]): number {
  return message.type === "refused" ? 0 : message.trainSeconds;
}

/** Updates made before, by which run, and by which revision where the current one goes on from another. */
function originOf({ point }: Start, current: number): Origin {
  const { step: from = 0, run: of = null, revision = current } = point ?? {};
  return { from, of, ofRevision: revision === current ? null : revision };
}

type BegunRun = TrainableRun & { readonly start: Start; readonly share: Share };

function trainMessage(
  runId: number,
  { spec, record, engine, thresholds = {}, start, share }: BegunRun,
  { backend, dataHash, stopOn }: GridContext,
): TrainMessage {
  const resume = resumeFrom(start, runId);
  const changed = changeThresholds(THRESHOLDS, thresholds);
  const run = { type: "train", runId, spec, record, engine, thresholds: changed } as const;
  return { ...run, backend, dataHash, resume, stopOn, threads: share.offer() };
}
