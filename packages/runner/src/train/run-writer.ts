/** Writes what a worker says about one run into the store, under one claim. */
import { metricFacts, type Parameter } from "@ablate/core";
import type {
  Claim,
  HeldRun,
  Mark,
  Provenance,
  ResumePoint,
  RetryingWriter,
  RunEnd,
  StoreWriter,
  TimedSteps,
} from "@ablate/store";
import { RESOURCES } from "../worker/resource-meter.ts";
import type { ComputedByMessage, StartedMessage, StepsMessage, WorkerMessage } from "./messages.ts";
import { FROM_SCRATCH, type Start } from "./start.ts";

type RunWriterOptions = {
  readonly claim: Claim;
  readonly provenance: Provenance;
  /** Called with each message once it is stored. */
  readonly onWritten: (message: WorkerMessage) => void;
};

export class RunWriter {
  readonly #storage: RetryingWriter;
  readonly #runId: number;
  readonly #options: RunWriterOptions;
  #start: Start = FROM_SCRATCH;
  #hasBegun = false;
  #trainSeconds = 0;
  #metricNames: readonly string[] = [];

  constructor(storage: RetryingWriter, runId: number, options: RunWriterOptions) {
    this.#storage = storage;
    this.#runId = runId;
    this.#options = options;
  }

  /** Tells whether the store has anything of an attempt under this claim. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Says where the next attempt begins. */
  startAt(start: Start): void {
    this.#start = start;
  }

  /** Goes on with what the store has of an attempt under this claim, whose steps have these metrics. */
  goOn({ metrics }: Pick<StartedMessage, "metrics">): void {
    this.#hasBegun = true;
    this.#metricNames = metrics;
  }

  /**
   * Resolves when the message is stored, in one transaction that is tried until it succeeds.
   *
   * @param mark - given where the message may come twice: then it is stored only once
   */
  async write(message: WorkerMessage, mark?: Mark): Promise<void> {
    if ("trainSeconds" in message) this.#trainSeconds = message.trainSeconds;
    const isNew = await this.#storage.write((store) =>
      store.together(() => {
        if (mark !== undefined && isStored(mark, store.received(this.#runId))) return false;
        this.#store(store, message);
        if (mark !== undefined) store.receive(this.#runId, mark);
        return true;
      }),
    );
    if (message.type === "started") this.goOn(message);
    if (isNew) this.#options.onWritten(message);
  }

  #store(store: StoreWriter, message: WorkerMessage): void {
    const run = [this.#runId, this.#options.claim.token] as const;
    switch (message.type) {
      case "started":
        this.#begin(store, message);
        break;
      case "refused":
        store.releaseRun(this.#held);
        break;
      case "steps":
        store.appendSteps(...run, this.#named(message));
        break;
      case "checkpoint": {
        const { step, weights, state, trainSeconds } = message;
        const checkpoint = { step, weights, state, trainSeconds };
        store.appendCheckpoint(...run, checkpoint, this.#named(message));
        break;
      }
      case "best":
        store.appendBest(...run, message);
        break;
      case "evaluation":
        store.appendEvaluations(...run, message);
        break;
      case "probe":
        store.appendProbe(...run, message.probe);
        break;
      case "findings":
        store.setFindings(...run, message.findings);
        break;
      case "computed by":
        this.#setThreads(store, message);
        break;
      case "ended": {
        const detail = message.rule ? `rule ${message.rule}` : null;
        this.#end(store, { ...message, error: null, detail });
        break;
      }
      case "failed": {
        const { reason = "error" } = message;
        this.#end(store, { ...message, state: "failed", reason, detail: null, snapshot: null });
      }
    }
  }

  get #held(): HeldRun {
    return { runId: this.#runId, token: this.#options.claim.token };
  }

  /** Says what the metrics of a block are of, and what it took. */
  #named({ block, trainSeconds, resources }: Omit<StepsMessage, "type" | "runId">): TimedSteps {
    return { ...block, trainSeconds, metricNames: this.#metricNames, points: resources };
  }

  /** Leaves the run as it is to who wants to go on by another revision of the engine. */
  async keep(why: string): Promise<void> {
    await this.#storage.write((store) => this.#leave(store, this.#interrupted("revision", why)));
  }

  /** Leaves the run to whoever is free, in this process or in another. */
  async release(): Promise<void> {
    const end = this.#interrupted("withdrawn", "no worker has begun with it");
    await this.#storage.write((store) => this.#leave(store, end));
  }

  /** Leaves the run to the next start, in the store too where that takes it still. */
  abandon(why: string): void {
    this.#storage.attempt((store) => this.#leave(store, this.#interrupted("storage", why)));
  }

  #leave(store: StoreWriter, end: RunEnd): void {
    const { runId, token } = this.#held;
    if (this.#hasBegun) store.endRun(runId, token, end);
    else store.releaseRun(this.#held);
  }

  #interrupted(reason: string, detail: string): RunEnd {
    const end = { state: "interrupted", reason, detail, error: null, snapshot: null } as const;
    return { ...end, trainSeconds: this.#trainSeconds };
  }

  #setThreads(store: StoreWriter, { threads, refusal }: ComputedByMessage): void {
    const { runId, token } = this.#held;
    store.setThreads(runId, token, threads);
    if (refusal === null) return;
    store.appendEvent(runId, token, { kind: "threads refused", message: refusal });
  }

  #begin(store: StoreWriter, message: StartedMessage): void {
    const { parameters, metrics, engine, from, unused, judgedBy, trainedOn = {} } = message;
    const { runId, token } = this.#held;
    const { backend, version, reason } = engine;
    const facts = { backend, backend_version: version, backend_reason: reason, threads: 1 };
    this.#take(store, from > 0 ? this.#start.point : null, parameters, { ...trainedOn, ...facts });
    const declared = [...metrics, ...RESOURCES].map((name) => metricFacts(name));
    store.declareMetrics(runId, token, declared);
    const notes = [...this.#start.notes, ...(unused === null ? [] : [unused])];
    for (const note of notes) {
      store.appendEvent(runId, token, { kind: "checkpoint unused", message: note });
    }
    const { thresholds, counting } = judgedBy;
    const text = JSON.stringify({ ...thresholds, ...(counting ? { counting } : {}) });
    store.setThresholds(runId, token, text);
  }

  /** Takes the run, at a checkpoint or at initialisation. */
  #take(
    store: StoreWriter,
    point: ResumePoint | null,
    parameters: readonly Parameter[],
    facts: Provenance,
  ): void {
    const { claim } = this.#options;
    const provenance = { ...this.#options.provenance, ...facts };
    if (point !== null) store.resumeRun(this.#runId, claim, provenance, point);
    else store.claimRun(this.#runId, claim, provenance, parameters);
  }

  #end(store: StoreWriter, end: RunEnd): void {
    const { runId, token } = this.#held;
    if (!this.#hasBegun) {
      if (end.state === "stopped") {
        store.releaseRun(this.#held);
        return;
      }
      // The attempt came to nothing; what an earlier one has stored stays.
      const { point } = this.#start;
      this.#take(store, point?.runId === this.#runId ? point : null, [], {});
    }
    store.endRun(runId, token, end);
  }
}

/**
 * Says whether a message was stored before: later ones of its attempt were, or itself.
 *
 * @throws Error - one before it never came: better nothing than a history with a hole
 */
function isStored({ attempt, seq }: Mark, last: Mark | null): boolean {
  const next = last?.attempt === attempt ? last.seq + 1 : 0;
  if (seq > next) throw new Error(`message ${seq} of attempt ${attempt} came instead of ${next}`);
  return seq < next;
}
