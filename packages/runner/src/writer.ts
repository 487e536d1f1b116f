/** Puts what a worker says about one run into the store, under one claim. */
import type { EngineFacts } from "@ablate/core";
import type { Claim, ParameterRow, Provenance, RunEnd, StoreWriter } from "@ablate/store";
import type { EndedMessage, WorkerMessage } from "./messages.ts";

export class RunWriter {
  readonly #store: StoreWriter;
  readonly #runId: number;
  readonly #claim: Claim;
  readonly #provenance: Provenance;
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

  write(message: WorkerMessage): void {
    const store = this.#store;
    const { token } = this.#claim;
    switch (message.type) {
      case "started":
        this.#begin(message.parameters, backendFacts(message.engine));
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

  #begin(parameters: readonly ParameterRow[], backend: Provenance): void {
    const provenance = { ...this.#provenance, ...backend };
    this.#store.claimRun(this.#runId, this.#claim, provenance, parameters);
    this.#hasBegun = true;
  }

  #end({ state, reason, error, detail = null, trainSeconds, snapshot }: RunEnd): void {
    const { token } = this.#claim;
    if (!this.#hasBegun) {
      if (state === "stopped") {
        this.#store.releaseRun({ runId: this.#runId, token });
        return;
      }
      this.#begin([], {});
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
