/** An attempt that this worker has taken, from its request to its end. */
import type { TfjsBackend } from "@ablate/core";
import type {
  CoreShares,
  ForkedLine,
  StopMessage,
  TrainMessage,
  WorkerMessage,
} from "@ablate/runner";
import { type Provenance, Speed } from "@ablate/store";
import { decodeTrainMessage } from "../codec/codec.ts";
import { CodecError } from "../codec/codec-error.ts";
import { DatabaseError } from "../database/database-error.ts";
import type { Taken } from "../wire/worker-wire.ts";
import type { NamesFiles } from "./names-files.ts";
import type { Outbox } from "./outbox.ts";
import { Relay, type RelayEnd } from "./relay.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

/** What all attempts of a worker are trained with. */
export type AttemptContext = {
  readonly files: NamesFiles;
  readonly outbox: Outbox;
  readonly shares: CoreShares;
  readonly cores: number;
  /** Threads for every run here, whatever its coordinator says. */
  readonly threads: number | undefined;
  /** What tfjs has to compute a run of a queue with. */
  readonly backendOf: (queue: string) => TfjsBackend | undefined;
  readonly trainedOn: Provenance;
  readonly silenceMs: number;
  readonly onEvent: (event: RemoteWorkerEvent) => void;
};

export class HeldAttempt {
  readonly taken: Taken;
  readonly #line: ForkedLine;
  readonly #context: AttemptContext;
  readonly #takenAt: number = performance.now();
  readonly #speed: Speed = new Speed();
  readonly #abandoned = Promise.withResolvers<RelayEnd>();
  #isAbandoned = false;
  #relay: Relay | null = null;
  #stopped: StopMessage["reason"] | null = null;
  #step = 0;

  constructor(taken: Taken, line: ForkedLine, context: AttemptContext) {
    this.taken = taken;
    this.#line = line;
    this.#context = context;
  }

  get stepsPerSecond(): number | null {
    return this.#speed.at(performance.now());
  }

  /** Ends the run after its current block, and as soon as it has one. */
  stop(reason: StopMessage["reason"]): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    this.#relay?.stop(reason);
  }

  /** Ends the attempt at once. */
  abandon(end: RelayEnd): void {
    this.#isAbandoned = true;
    this.#relay?.abandon(end);
    this.#abandoned.resolve(end);
  }

  /** Trains the run; what it says is committed when this resolves. */
  async train(): Promise<RelayEnd> {
    const end = await Promise.race([this.#train(), this.#abandoned.promise]);
    this.#context.onEvent(this.#eventOf(end));
    return end;
  }

  async #train(): Promise<RelayEnd> {
    try {
      const request = decodeTrainMessage(this.taken.request);
      const names = await this.#context.files.of(this.taken);
      return this.#isAbandoned ? await this.#abandoned.promise : await this.#carry(request, names);
    } catch (error) {
      const isOfRun = error instanceof CodecError || error instanceof DatabaseError;
      if (!isOfRun) throw error;
      return { kind: "lost", cause: error.message };
    }
  }

  async #carry(
    request: TrainMessage,
    names: Awaited<ReturnType<NamesFiles["of"]>>,
  ): Promise<RelayEnd> {
    const { shares, backendOf, ...rest } = this.#context;
    const { attempt, queue } = this.taken;
    const backend = backendOf(queue) ?? request.backend;
    const line = this.#line;
    const { runId } = request;
    const share = shares.join(request, (threads) => line.send({ type: "threads", runId, threads }));
    try {
      const threads = this.#threads(request.threads, share.offer());
      this.#relay = new Relay({
        ...rest,
        attempt,
        request: { ...request, backend, threads },
        names,
        line,
        onMessage: (message) => this.#follow(message, request),
      });
      if (this.#stopped !== null) this.#relay.stop(this.#stopped);
      return await this.#relay.end;
    } finally {
      share.leave();
    }
  }

  /** A number of threads that a coordinator's user has asked for is meant for every machine that has them. */
  #threads(asked: TrainMessage["threads"], own: TrainMessage["threads"]): TrainMessage["threads"] {
    const { threads, cores } = this.#context;
    if (asked.isMeasured || threads !== undefined) return own;
    const most = Math.min(asked.most, cores);
    return { now: most, most, isMeasured: false };
  }

  #follow(message: WorkerMessage, { spec }: TrainMessage): void {
    const { run } = this.taken;
    const { steps } = spec.train;
    if (message.type === "started") {
      const { from } = message;
      this.#reach(from);
      this.#context.onEvent({ event: "started", run, from, steps });
    }
    if (!("block" in message)) return;
    this.#reach(message.block.first + message.block.count);
    const { stepsPerSecond } = this;
    this.#context.onEvent({ event: "progress", run, step: this.#step, steps, stepsPerSecond });
  }

  #reach(step: number): void {
    this.#step = step;
    this.#speed.add(step, performance.now());
  }

  #eventOf(end: RelayEnd): RemoteWorkerEvent {
    const { run } = this.taken;
    if (end.kind === "over") return { event: "over", run };
    if (end.kind === "lost") return { event: "lost", run, error: end.cause };
    const { message } = end;
    if (message.type !== "ended") return { event: "failed", run, error: message.error };
    const { state, reason, trainSeconds } = message;
    const step = this.#step;
    const stepsPerSecond = step > 0 && trainSeconds > 0 ? step / trainSeconds : null;
    const seconds = (performance.now() - this.#takenAt) / 1000;
    return { event: "ended", run, state, reason, step, stepsPerSecond, seconds };
  }
}
