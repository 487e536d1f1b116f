/** One attempt at a run: hands it to a worker, and sees that the worker is at it and in time. */
import { LostClaimError } from "@ablate/store";
import type {
  EndedMessage,
  FailedMessage,
  RefusedMessage,
  TrainMessage,
  WorkerMessage,
} from "../train/messages.ts";
import type { Storage } from "../train/retrying-writer.ts";
import type { Halt } from "./stop-signal.ts";
import type { WorkerLine } from "./worker-handle.ts";

export type Limits = {
  /** A run may take so long. */
  readonly timeoutMs: number;
  /** A worker without a sign of life for so long has hung. */
  readonly silenceMs: number;
};

export type FinalMessage = EndedMessage | FailedMessage | RefusedMessage;

export type AttemptEnd = {
  /** What the worker said last, or what there is to say of it. */
  readonly message: FinalMessage;
  /** The worker died or hung: it is not the run's doing. */
  readonly isLost: boolean;
};

type AttemptOptions = {
  readonly line: WorkerLine;
  readonly message: TrainMessage;
  readonly data: Uint8Array;
  readonly limits: Limits;
  readonly halt: Halt;
  readonly storage: Pick<Storage, "isInTrouble" | "onGivenUp">;
  /** Stores what a worker says, but for the last; resolves when it is stored. */
  readonly onMessage: (message: WorkerMessage) => Promise<void>;
  /** Calls when another process has taken the run; the result ends that. */
  readonly hold: (onLost: () => void) => () => void;
};

const TICK_MS = 500;

/**
 * @throws LostClaimError - another process has taken the run
 * @throws StorageError - the store was given up
 */
export async function attempt(options: AttemptOptions): Promise<AttemptEnd> {
  const { line, message, data, limits, halt, storage, onMessage, hold } = options;
  const { runId } = message;
  const { promise, resolve, reject } = Promise.withResolvers<AttemptEnd>();
  let trainSeconds = message.resume?.trainSeconds ?? 0;
  let isOver = false;
  /** What the worker says is stored in this order, one after the other. */
  let stored: Promise<void> = Promise.resolve();
  const failed = (reason: NonNullable<FailedMessage["reason"]>, error: string): FailedMessage => {
    return { type: "failed", runId, reason, error, trainSeconds };
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
    onMessage: (received) => {
      if ("trainSeconds" in received) trainSeconds = received.trainSeconds;
      next(async () => {
        if (isOver) return;
        if (isFinal(received)) resolve({ message: received, isLost: false });
        else await onMessage(received);
        line.send({ type: "ack" });
      });
    },
    onGone: (cause) =>
      next(() =>
        resolve({ message: failed("worker died", `worker died: ${cause}`), isLost: true }),
      ),
  });
  const unwatch = watch(line, limits, {
    isPaused: () => storage.isInTrouble,
    onTimeout: () =>
      end(failed("timeout", `timeout: not done after ${limits.timeoutMs / 1000} s`), false),
    onSilence: () => {
      const error = `worker hung: no sign of life for ${limits.silenceMs / 1000} s`;
      end(failed("worker hung", error), true);
    },
  });
  const unlisten = halt.listen({
    onStop: () => line.send({ type: "stop", reason: halt.reason ?? "user" }),
    onKill: () => end(stopped(runId, trainSeconds), false),
  });
  const letGo = hold(() => abandon(new LostClaimError("another process has taken the run")));
  const unheard = storage.onGivenUp(abandon);
  line.train(message, data);
  try {
    return await promise;
  } finally {
    unheard();
    letGo();
    unlisten();
    unwatch();
  }
}

/** What a run is ended with that has no worker any more and that the user wants to stop. */
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
 * run that waits for the store takes none of its time.
 */
function watch(
  line: WorkerLine,
  { timeoutMs, silenceMs }: Limits,
  { isPaused, onTimeout, onSilence }: Watching,
): () => void {
  let last = performance.now();
  let taken = 0;
  let silent = 0;
  let beats = line.beats;
  const timer = setInterval(
    () => {
      const now = performance.now();
      const passed = Math.min(now - last, 2 * TICK_MS);
      last = now;
      if (!isPaused()) taken += passed;
      silent = beats === line.beats ? silent + passed : 0;
      beats = line.beats;
      if (taken >= timeoutMs) onTimeout();
      else if (silent >= silenceMs) onSilence();
    },
    Math.min(TICK_MS, timeoutMs),
  );
  return () => clearInterval(timer);
}
