/** The names that runs are trained on: read once from the wire, the last few are kept. */
import type { NameLists } from "@ablate/core";
import { decodeNames } from "../codec/codec.ts";
import type { Taken, WorkerWire } from "../wire/worker-wire.ts";

/** Grids that a worker may serve in turn without reading their names again. */
const KEPT = 4;

export class NamesFiles {
  readonly #wire: Pick<WorkerWire, "file">;
  readonly #files = new Map<string, Promise<NameLists>>();

  constructor(wire: Pick<WorkerWire, "file">) {
    this.#wire = wire;
  }

  /** @throws CodecError - what the coordinator has sent is no file of names */
  async of({ attempt, dataHash }: Taken): Promise<NameLists> {
    const known = this.#files.get(dataHash);
    this.#files.delete(dataHash);
    const names = known ?? this.#wire.file(attempt).then(decodeNames);
    this.#files.set(dataHash, names);
    for (const old of [...this.#files.keys()].slice(0, -KEPT)) this.#files.delete(old);
    try {
      return await names;
    } catch (error) {
      this.#files.delete(dataHash);
      throw error;
    }
  }
}
