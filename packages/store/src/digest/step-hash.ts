import { createHash } from "node:crypto";
import type { StepBlock } from "@ablate/core";
import { STEPS_PER_PART } from "./sections.ts";
import { ValueHash } from "./value-hash.ts";

/** Told the digest of each part that is full. */
type OnPart = (part: number, sha256: Buffer) => void;

/**
 * Hashes steps as they are appended, part by part: losses, rates and ratios for themselves, so that a block of any
 * length is hashed as the arrays that it comes in.
 */
export class StepHash {
  #next: number;
  #columns = newColumns();
  readonly #values = new ValueHash();

  /** @param next - a step at which a part begins */
  constructor(next: number) {
    if (next % STEPS_PER_PART !== 0) throw new RangeError(`no part begins at step ${next}`);
    this.#next = next;
  }

  /** @param parameters - how many ratios each step has */
  append(block: StepBlock, parameters: number, onPart: OnPart): void {
    for (let from = 0; from < block.count; ) {
      const left = STEPS_PER_PART - (this.#next % STEPS_PER_PART);
      const end = Math.min(block.count, from + left);
      const { loss, lr, ratios } = this.#columns;
      loss.update(doubles(block.loss.subarray(from, end)));
      lr.update(doubles(block.lr.subarray(from, end)));
      ratios.update(bytesOf(block.ratios.subarray(from * parameters, end * parameters)));
      this.#next += end - from;
      from = end;
      if (this.#next % STEPS_PER_PART !== 0) continue;
      onPart(this.#next / STEPS_PER_PART - 1, this.#digest(STEPS_PER_PART));
    }
  }

  /** Ends the part that is not full; nothing can follow. */
  end(onPart: OnPart): void {
    const open = this.#next % STEPS_PER_PART;
    if (open > 0) onPart(Math.floor(this.#next / STEPS_PER_PART), this.#digest(open));
  }

  #digest(steps: number): Buffer {
    const columns = this.#columns;
    this.#columns = newColumns();
    this.#values.table("step", ["count", "loss", "lr", "ratios"]);
    const [loss, lr, ratios] = [columns.loss, columns.lr, columns.ratios];
    this.#values.row([steps, loss.digest(), lr.digest(), ratios.digest()]);
    return this.#values.digest();
  }
}

function newColumns() {
  return { loss: createHash("sha256"), lr: createHash("sha256"), ratios: createHash("sha256") };
}

/** Returns the bytes of numbers as SQLite gives them back: it knows one NaN and no -0. */
function doubles(values: Float64Array): Uint8Array {
  return bytesOf(values.map((value) => (Number.isNaN(value) ? Number.NaN : value + 0)));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
