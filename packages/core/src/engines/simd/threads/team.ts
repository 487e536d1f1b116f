/** The threads that compute one run together. */
import { Worker } from "node:worker_threads";
import { entryFile } from "@ablate/assets";
import type { ThreadTeam } from "../../engine.ts";
import type { Tiles } from "../wasm-modules.ts";
import { END, JOIN, Lane } from "./lane.ts";

/** What a helper is started with. */
export type HelperData = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly tiles: Tiles;
  readonly lanes: SharedArrayBuffer;
  /** Its lane. */
  readonly index: number;
};

/** A helper's kernels allocate nothing; what Node itself needs is little. */
const HELPER_LIMITS = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4, stackSizeMb: 1 };

const TOO_MANY = "the system allows no more threads (ulimit -u)";

/** The thread that owns a run, and helpers, which do parts of its kernel calls in the same memory. */
export class Team implements ThreadTeam {
  readonly #data: Omit<HelperData, "index">;
  readonly #lanes: readonly Lane[];
  /** Helpers that were started. */
  #started = 0;
  /** Helpers that have instances of the kernels. */
  #joined = 0;
  #wanted = 1;
  #size = 1;
  #refusal: string | null = null;

  /** @param most - threads that it may ever have */
  constructor(kernels: Pick<HelperData, "module" | "memory" | "tiles">, most: number) {
    const lanes = Lane.room(most - 1);
    this.#data = { ...kernels, lanes };
    this.#lanes = Array.from({ length: most - 1 }, (_, index) => new Lane(lanes, index));
  }

  get most(): number {
    return this.#lanes.length + 1;
  }

  get size(): number {
    return this.#size;
  }

  get refusal(): string | null {
    return this.#refusal;
  }

  /** The lanes of the helpers, the first `size - 1` of which take jobs. */
  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  want(threads: number): void {
    this.#wanted = Math.max(1, Math.min(threads, this.most));
    while (this.#started < this.#wanted - 1 && this.#refusal === null) this.#start();
    this.admit();
  }

  admit(): void {
    while (this.#joined < this.#wanted - 1) {
      const lane = this.#lanes[this.#joined];
      if (!lane?.isFree) break;
      // Its instance writes the kernels' constants anew, so it is made while no kernel runs.
      lane.job[0] = JOIN;
      lane.give();
      if (!lane.isDone()) {
        this.#refuse("it could not load the kernels");
        break;
      }
      this.#joined += 1;
    }
    this.#size = Math.min(this.#wanted, this.#joined + 1);
  }

  /** Waits until so many helpers, the first ones, have done their jobs. */
  finish(helpers: number): void {
    for (let i = 0; i < helpers; i++) {
      if (this.#lanes[i]?.isDone() === false) throw new Error("a thread of the run has failed");
    }
  }

  /** Lets the helpers end; nothing is computed afterwards. */
  dispose(): void {
    for (const lane of this.#lanes.slice(0, this.#started)) {
      lane.job[0] = END;
      lane.give();
    }
    this.#size = 1;
  }

  #start(): void {
    const workerData: HelperData = { ...this.#data, index: this.#started };
    try {
      const helper = new Worker(entryFile("helper-thread"), {
        workerData,
        resourceLimits: HELPER_LIMITS,
      });
      helper.on("error", ({ message }) => this.#refuse(message));
      helper.unref();
      this.#started += 1;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#refuse(why === "EAGAIN" ? TOO_MANY : why);
    }
  }

  /** Goes on with the threads that are there. */
  #refuse(why: string): void {
    this.#refusal ??= why;
    this.#wanted = Math.min(this.#wanted, this.#joined + 1);
    this.#size = Math.min(this.#size, this.#wanted);
  }
}
