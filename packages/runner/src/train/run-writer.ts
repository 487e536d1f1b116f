/** Writes what a worker says about one run into the store, under one claim. */
import type { EngineFacts } from "@ablate/core";
import type { Claim, Provenance, RunEnd } from "@ablate/store";
import type { EndedMessage, StartedMessage, WorkerMessage } from "./messages.ts";
import type { RetryingWriter } from "./retrying-writer.ts";
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
  readonly #claim: Claim;
  readonly #provenance: Provenance;
  readonly #onWritten: (message: WorkerMessage) => void;
  #start: Start = FROM_SCRATCH;
  #hasBegun = false;
  #trainSeconds = 0;

  constructor(
    storage: RetryingWriter,
    runId: number,
    { claim, provenance, onWritten }: RunWriterOptions,
  ) {
    this.#storage = storage;
    this.#runId = runId;
    this.#claim = claim;
    this.#provenance = provenance;
    this.#onWritten = onWritten;
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
    await this.#store(message);
    this.#onWritten(message);
  }

  async #store(message: WorkerMessage): Promise<void> {
    const { token } = this.#claim;
    const [storage, runId] = [this.#storage, this.#runId];
    if ("trainSeconds" in message) this.#trainSeconds = message.trainSeconds;
    switch (message.type) {
      case "started":
        await this.#begin(message);
        break;
      case "refused":
        await storage.write((store) => store.releaseRun({ runId, token }));
        break;
      case "steps": {
        const block = { ...message.block, trainSeconds: message.trainSeconds };
        await storage.write((store) => store.appendSteps(runId, token, block));
        break;
      }
      case "checkpoint": {
        const { step, weights, state, trainSeconds } = message;
        const block = { ...message.block, trainSeconds };
        const checkpoint = { step, weights, state, trainSeconds };
        await storage.write((store) => store.appendCheckpoint(runId, token, checkpoint, block));
        break;
      }
      case "evaluation":
        await storage.write((store) => store.appendEvaluations(runId, token, message));
        break;
      case "probe":
        await storage.write((store) => store.appendProbe(runId, token, message.probe));
        break;
      case "findings":
        await storage.write((store) => store.setFindings(runId, token, message.findings));
        break;
      case "ended":
        await this.#end({ ...message, error: null, detail: detailOf(message) });
        break;
      case "failed": {
        const { reason = "error" } = message;
        await this.#end({ ...message, state: "failed", reason, snapshot: null });
      }
    }
  }

  /** Leaves the run to the next start, in the store too where that takes it still. */
  abandon(why: string): void {
    const { token } = this.#claim;
    const runId = this.#runId;
    const end: RunEnd = {
      state: "interrupted",
      reason: "storage",
      error: null,
      detail: why,
      trainSeconds: this.#trainSeconds,
      snapshot: null,
    };
    this.#storage.attempt((store) => {
      if (this.#hasBegun) store.endRun(runId, token, end);
      else store.releaseRun({ runId, token });
    });
  }

  async #begin({ parameters, engine, from, unused, thresholds }: StartedMessage): Promise<void> {
    const { point } = this.#start;
    const [storage, runId, claim] = [this.#storage, this.#runId, this.#claim];
    const { token } = claim;
    const provenance = { ...this.#provenance, ...backendFacts(engine) };
    await storage.write((store) => {
      if (point !== null && from > 0) store.resumeRun(runId, claim, provenance, point);
      else store.claimRun(runId, claim, provenance, parameters);
    });
    this.#hasBegun = true;
    const notes = [...this.#start.notes, ...(unused === null ? [] : [unused])];
    for (const message of notes) {
      const event = { kind: "checkpoint unused", message };
      await storage.write((store) => store.appendEvent(runId, token, event));
    }
    const text = JSON.stringify(thresholds);
    await storage.write((store) => store.setThresholds(runId, token, text));
  }

  /** Takes the run of an attempt that came to nothing; what an earlier one has stored stays. */
  async #beginInVain(): Promise<void> {
    const { point } = this.#start;
    const [runId, claim, provenance] = [this.#runId, this.#claim, this.#provenance];
    await this.#storage.write((store) => {
      if (point?.runId === runId) store.resumeRun(runId, claim, provenance, point);
      else store.claimRun(runId, claim, provenance, []);
    });
    this.#hasBegun = true;
  }

  async #end({
    state,
    reason,
    error,
    detail = null,
    trainSeconds,
    snapshot,
  }: RunEnd): Promise<void> {
    const { token } = this.#claim;
    const [storage, runId] = [this.#storage, this.#runId];
    if (!this.#hasBegun) {
      if (state === "stopped") {
        await storage.write((store) => store.releaseRun({ runId, token }));
        return;
      }
      await this.#beginInVain();
    }
    const end = { state, reason, error, detail, trainSeconds, snapshot };
    await storage.write((store) => store.endRun(runId, token, end));
  }
}

function detailOf({ rule }: EndedMessage): string | null {
  return rule === undefined || rule === null ? null : `rule ${rule}`;
}

function backendFacts({ backend, version, reason }: EngineFacts): Provenance {
  return { backend, backend_version: version, backend_reason: reason };
}
