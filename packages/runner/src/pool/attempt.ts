/** Makes one attempt at a run: hands it to a worker, and sees that the worker is at it and in time. */
import type { NameLists } from "@ablate/core";
import { LostClaimError, type Mark, type RetryingWriter } from "@ablate/store";
import type {
  EndedMessage,
  FailedMessage,
  FinalMessage,
  TrainMessage,
  WorkerMessage,
} from "../train/messages.ts";
import type { HandedOver, Line } from "./line.ts";
import type { StopSignal } from "./stop-signal.ts";

export type Limits = {
  /** A run may take so long. */
  readonly timeoutMs: number;
  /** A worker without a sign of life for so long has hung. */
  readonly silenceMs: number;
};

export type AttemptEnd = {
  /** What the worker said last, or what there is to say of it. */
  readonly message: FinalMessage;
  /** The worker died or hung: it is not the run's doing. */
  readonly isLost: boolean;
  /** Given where the same message may come again. */
  readonly mark?: Mark | undefined;
};

/** Nobody has begun with the run; whoever is free may. */
export class WithdrawnError extends Error {
  override readonly name = "WithdrawnError";
}

type AttemptOptions = {
  readonly line: Line;
  readonly message: TrainMessage;
  readonly data: NameLists;
  readonly handedOver: HandedOver;
  readonly limits: Limits;
  readonly stopSignal: StopSignal;
  readonly storage: Pick<RetryingWriter, "isInTrouble" | "onGivenUp">;
  /** Stores what a worker says, but for its last message; resolves when it is stored. */
  readonly onMessage: (message: WorkerMessage, mark?: Mark) => Promise<void>;
  /** Calls when another process has taken the run. Returns a function that unsubscribes. */
  readonly hold: (onLost: () => void) => () => void;
};

/** How often silence and the time taken are checked: far below the limits, which are in seconds. */
const TICK_MS = 500;

/**
 * @throws LostClaimError - another process has taken the run
 * @throws StorageError - the store was given up
 * @throws WithdrawnError
 */
export async function attempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { line, message, data, limits, stopSignal, storage, onMessage, hold } = options;
  const { runId } = message;
  const { promise, resolve, reject } = Promise.withResolvers<AttemptEnd>();
  let trainSeconds = message.resume?.trainSeconds ?? 0;
  let isOver = false;
  /** What the worker says is stored in this order, one after the other. */
  let stored: Promise<void> = Promise.resolve();
  const failed = (reason: NonNullable<FailedMessage["reason"]>, why: string): FailedMessage => {
    return { type: "failed", runId, reason, error: `${reason}: ${why}`, trainSeconds };
  };
  const abandon = (error: unknown): void => {
    isOver = true;
    line.kill();
    reject(error);
  };
  const next = (work: () => Promise<void> | void): void => {
    stored = stored.then(work).catch(abandon);
  };
  const end = (final: FinalMessage, isLost: boolean): void => {
    isOver = true;
    line.kill();
    next(() => resolve({ message: final, isLost }));
  };

  line.listen({
    onMessage: (received, mark) => {
      if ("trainSeconds" in received) trainSeconds = received.trainSeconds;
      next(async () => {
        if (isOver) return;
        // What a run ends with is acknowledged once its end is stored, by `settle`.
        if (isFinal(received)) return resolve({ message: received, isLost: false, mark });
        await onMessage(received, mark);
        line.send({ type: "ack" });
      });
    },
    onGone: (cause) => next(() => resolve({ message: failed("worker died", cause), isLost: true })),
    onWithdrawn: () => next(() => reject(new WithdrawnError())),
  });
  line.train(message, data, options.handedOver);
  const lateness = `not done after ${limits.timeoutMs / 1000} s`;
  const silence = `no sign of life for ${limits.silenceMs / 1000} s`;
  const undo = [
    watchLine(line, limits, {
      isPaused: () => storage.isInTrouble || line.isWaiting,
      onTimeout: () => end(failed("timeout", lateness), false),
      onSilence: () => end(failed("worker hung", silence), true),
    }),
    stopSignal.listen(
      () => line.send({ type: "stop", reason: stopSignal.reason ?? "user" }),
      () => end(stopped(runId, trainSeconds), false),
    ),
    hold(() => abandon(new LostClaimError("another process has taken the run"))),
    storage.onGivenUp(abandon),
  ];
  try {
    return await promise;
  } finally {
    for (const one of undo) one();
  }
}

/** Ends a run that has no worker any more and that the user wants to stop. */
export function stopped(runId: number, trainSeconds: number): EndedMessage {
  return { type: "ended", runId, state: "stopped", reason: "user", trainSeconds, snapshot: null };
}

function isFinal(message: WorkerMessage): message is FinalMessage {
  return message.type === "ended" || message.type === "failed" || message.type === "refused";
}

type Watching = {
  readonly isPaused: () => boolean;
  readonly onTimeout: () => void;
  readonly onSilence: () => void;
};

/**
 * Counts time in ticks: while this process itself is stopped, or the machine sleeps, none passes. A
 * run that waits for the store, or for a worker, takes none of its time.
 */
export function watchLine(
  line: Pick<Line, "beats">,
  { timeoutMs, silenceMs }: Limits,
  { isPaused, onTimeout, onSilence }: Watching,
): () => void {
  let last = performance.now();
  let taken = 0;
  let silent = 0;
  let { beats } = line;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const passed = Math.min(now - last, 2 * TICK_MS);
      last = now;
      if (!isPaused()) taken += passed;
      silent = beats === line.beats && beats !== null ? silent + passed : 0;
      beats = line.beats;
      if (taken >= timeoutMs) onTimeout();
      else if (silent >= silenceMs) onSilence();
    },
    Math.min(TICK_MS, timeoutMs),
  );
  return () => clearInterval(timer);
}
