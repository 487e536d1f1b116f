/** Writes what a worker says about one run into the store, under one claim. */
import { metricFacts, type Parameter } from "@ablate/core";
import type {
  Claim,
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

  /** Resolves when the message is stored; each of its transactions is tried until it succeeds. */
  async write(message: WorkerMessage): Promise<void> {
    if ("trainSeconds" in message) this.#trainSeconds = message.trainSeconds;
    await this.#store(message);
    this.#options.onWritten(message);
  }

  #store(message: WorkerMessage): Promise<void> {
    switch (message.type) {
      case "started":
        return this.#begin(message);
      case "refused":
        return this.#write((store, runId, token) => store.releaseRun({ runId, token }));
      case "steps": {
        const block = this.#named(message);
        return this.#write((store, ...run) => store.appendSteps(...run, block));
      }
      case "checkpoint": {
        const { step, weights, state, trainSeconds } = message;
        const block = this.#named(message);
        const checkpoint = { step, weights, state, trainSeconds };
        return this.#write((store, ...run) => store.appendCheckpoint(...run, checkpoint, block));
      }
      case "best":
        return this.#write((store, ...run) => store.appendBest(...run, message));
      case "evaluation":
        return this.#write((store, ...run) => store.appendEvaluations(...run, message));
      case "probe":
        return this.#write((store, ...run) => store.appendProbe(...run, message.probe));
      case "findings":
        return this.#write((store, ...run) => store.setFindings(...run, message.findings));
      case "computed by":
        return this.#setThreads(message);
      case "ended": {
        const detail = message.rule ? `rule ${message.rule}` : null;
        return this.#end({ ...message, error: null, detail });
      }
      case "failed": {
        const { reason = "error" } = message;
        return this.#end({ ...message, state: "failed", reason, detail: null, snapshot: null });
      }
    }
  }

  /** Says what the metrics of a block are of, and what it took. */
  #named({ block, trainSeconds, resources }: Omit<StepsMessage, "type" | "runId">): TimedSteps {
    return { ...block, trainSeconds, metricNames: this.#metricNames, points: resources };
  }

  /** Leaves the run as it is to who wants to go on by another revision of the engine. */
  async keep(why: string): Promise<void> {
    if (this.#hasBegun) await this.#end(this.#interrupted("revision", why));
    else await this.#write((store, runId, token) => store.releaseRun({ runId, token }));
  }

  /** Leaves the run to the next start, in the store too where that takes it still. */
  abandon(why: string): void {
    const { token } = this.#options.claim;
    const runId = this.#runId;
    const end = this.#interrupted("storage", why);
    this.#storage.attempt((store) => {
      if (this.#hasBegun) store.endRun(runId, token, end);
      else store.releaseRun({ runId, token });
    });
  }

  #interrupted(reason: string, detail: string): RunEnd {
    const end = { state: "interrupted", reason, detail, error: null, snapshot: null } as const;
    return { ...end, trainSeconds: this.#trainSeconds };
  }

  async #setThreads({ threads, refusal }: ComputedByMessage): Promise<void> {
    await this.#write((store, ...run) => store.setThreads(...run, threads));
    if (refusal === null) return;
    const event = { kind: "threads refused", message: refusal };
    await this.#write((store, ...run) => store.appendEvent(...run, event));
  }

  async #write(work: (store: StoreWriter, runId: number, token: string) => void): Promise<void> {
    await this.#storage.write((store) => work(store, this.#runId, this.#options.claim.token));
  }

  async #begin({
    parameters,
    metrics,
    engine,
    from,
    unused,
    judgedBy,
  }: StartedMessage): Promise<void> {
    const { backend, version, reason } = engine;
    const facts = { backend, backend_version: version, backend_reason: reason, threads: 1 };
    await this.#take(from > 0 ? this.#start.point : null, parameters, facts);
    this.#metricNames = metrics;
    const declared = [...metrics, ...RESOURCES].map((name) => metricFacts(name));
    await this.#write((store, ...run) => store.declareMetrics(...run, declared));
    const notes = [...this.#start.notes, ...(unused === null ? [] : [unused])];
    for (const message of notes) {
      const event = { kind: "checkpoint unused", message };
      await this.#write((store, ...run) => store.appendEvent(...run, event));
    }
    const { thresholds, counting } = judgedBy;
    const text = JSON.stringify({ ...thresholds, ...(counting ? { counting } : {}) });
    await this.#write((store, ...run) => store.setThresholds(...run, text));
  }

  /** Takes the run, at a checkpoint or at initialisation. */
  async #take(
    point: ResumePoint | null,
    parameters: readonly Parameter[],
    facts: Provenance,
  ): Promise<void> {
    const { claim } = this.#options;
    const provenance = { ...this.#options.provenance, ...facts };
    await this.#write((store, runId) => {
      if (point !== null) store.resumeRun(runId, claim, provenance, point);
      else store.claimRun(runId, claim, provenance, parameters);
    });
    this.#hasBegun = true;
  }

  async #end(end: RunEnd): Promise<void> {
    if (!this.#hasBegun) {
      if (end.state === "stopped") {
        return this.#write((store, runId, token) => store.releaseRun({ runId, token }));
      }
      // The attempt came to nothing; what an earlier one has stored stays.
      const { point } = this.#start;
      await this.#take(point?.runId === this.#runId ? point : null, [], {});
    }
    await this.#write((store, ...run) => store.endRun(...run, end));
  }
}
