/** Puts what a worker says about one run into the store, under one claim. */
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { EngineFacts } from "@ablate/core";
import type { ParameterRow, Provenance, RunEnd, StoreWriter } from "@ablate/store";
import type { WorkerMessage } from "./messages.ts";

export class RunWriter {
  readonly #store: StoreWriter;
  readonly #runId: number;
  readonly #provenance: Provenance;
  readonly #token: string = randomUUID();
  #claimed = false;

  constructor(store: StoreWriter, runId: number, provenance: Provenance) {
    this.#store = store;
    this.#runId = runId;
    this.#provenance = provenance;
  }

  write(message: WorkerMessage): void {
    const store = this.#store;
    switch (message.type) {
      case "started":
        this.#claim(message.parameters, backendFacts(message.engine));
        break;
      case "refused":
        break;
      case "steps": {
        const block = { ...message.block, trainSeconds: message.trainSeconds };
        store.appendSteps(this.#runId, this.#token, block);
        break;
      }
      case "probe":
        store.appendProbe(this.#runId, this.#token, message.probe);
        break;
      case "ended":
        this.#end({ ...message, error: null });
        break;
      case "failed":
        this.#end({ ...message, state: "failed", reason: "error", snapshot: null });
    }
  }

  #claim(parameters: readonly ParameterRow[], backend: Provenance): void {
    const owner = { token: this.#token, pid: process.pid, host: hostname() };
    const provenance = { ...this.#provenance, ...backend };
    this.#store.claimRun(this.#runId, owner, provenance, parameters);
    this.#claimed = true;
  }

  #end({ state, reason, error, trainSeconds, snapshot }: RunEnd): void {
    if (!this.#claimed) this.#claim([], {});
    this.#store.endRun(this.#runId, this.#token, { state, reason, error, trainSeconds, snapshot });
  }
}

function backendFacts({ backend, version, reason }: EngineFacts): Provenance {
  return { backend, backend_version: version, backend_reason: reason };
}
