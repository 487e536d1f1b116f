/** Puts what a worker says about one run into the store, under one claim. */
import type { EngineFacts } from "@ablate/core";
import type { Claim, Provenance, RunEnd, StoreWriter } from "@ablate/store";
import type { EndedMessage, StartedMessage, WorkerMessage } from "./messages.ts";
import { FROM_SCRATCH, type Start } from "./start.ts";

export class RunWriter {
  readonly #store: StoreWriter;
  readonly #runId: number;
  readonly #claim: Claim;
  readonly #provenance: Provenance;
  #start: Start = FROM_SCRATCH;
  #hasBegun = false;

  constructor(
    store: StoreWriter,
    runId: number,
    { claim, provenance }: { readonly claim: Claim; readonly provenance: Provenance },
  ) {
    this.#store = store;
    this.#runId = runId;
    this.#claim = claim;
    this.#provenance = provenance;
  }

  /** Whether anything of this claim's attempts is in the store. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Says where the next attempt begins. */
  startAt(start: Start): void {
    this.#start = start;
  }

  write(message: WorkerMessage): void {
    const store = this.#store;
    const { token } = this.#claim;
    switch (message.type) {
      case "started":
        this.#begin(message);
        store.setThresholds(this.#runId, token, JSON.stringify(message.thresholds));
        break;
      case "refused":
        store.releaseRun({ runId: this.#runId, token });
        break;
      case "steps": {
        const block = { ...message.block, trainSeconds: message.trainSeconds };
        store.appendSteps(this.#runId, token, block);
        break;
      }
      case "checkpoint": {
        const { step, weights, state, block, trainSeconds } = message;
        const checkpoint = { step, weights, state, trainSeconds };
        store.appendCheckpoint(this.#runId, token, checkpoint, { ...block, trainSeconds });
        break;
      }
      case "evaluation":
        store.appendEvaluations(this.#runId, token, message);
        break;
      case "probe":
        store.appendProbe(this.#runId, token, message.probe);
        break;
      case "findings":
        store.setFindings(this.#runId, token, message.findings);
        break;
      case "ended":
        this.#end({ ...message, error: null, detail: detailOf(message) });
        break;
      case "failed": {
        const { reason = "error" } = message;
        this.#end({ ...message, state: "failed", reason, snapshot: null });
      }
    }
  }

  #begin({ parameters, engine, from, unused }: Omit<StartedMessage, "type" | "runId">): void {
    const { point } = this.#start;
    const claim = this.#claim;
    const provenance = { ...this.#provenance, ...backendFacts(engine) };
    if (point !== null && from > 0) this.#store.resumeRun(this.#runId, claim, provenance, point);
    else this.#store.claimRun(this.#runId, claim, provenance, parameters);
    this.#hasBegun = true;
    const notes = [...this.#start.notes, ...(unused === null ? [] : [unused])];
    for (const message of notes) {
      this.#store.appendEvent(this.#runId, claim.token, { kind: "checkpoint unused", message });
    }
  }

  /** Takes the run of an attempt that came to nothing; what an earlier one has stored stays. */
  #beginInVain(): void {
    const { point } = this.#start;
    const [runId, claim, provenance] = [this.#runId, this.#claim, this.#provenance];
    if (point?.runId === runId) this.#store.resumeRun(runId, claim, provenance, point);
    else this.#store.claimRun(runId, claim, provenance, []);
  }

  #end({ state, reason, error, detail = null, trainSeconds, snapshot }: RunEnd): void {
    const { token } = this.#claim;
    if (!this.#hasBegun) {
      if (state === "stopped") {
        this.#store.releaseRun({ runId: this.#runId, token });
        return;
      }
      this.#beginInVain();
    }
    this.#store.endRun(this.#runId, token, {
      state,
      reason,
      error,
      detail,
      trainSeconds,
      snapshot,
    });
  }
}

function detailOf({ rule }: EndedMessage): string | null {
  return rule === undefined || rule === null ? null : `rule ${rule}`;
}

function backendFacts({ backend, version, reason }: EngineFacts): Provenance {
  return { backend, backend_version: version, backend_reason: reason };
}
