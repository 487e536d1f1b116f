import { clipFactor } from "../../../optimizers/clip-factor.ts";
import { PLAIN_SGD } from "../../../optimizers/optimizers.ts";
import type { ClipSpec } from "../../../spec.ts";
import {
  type Engine,
  type EngineOptions,
  engineMetrics,
  lambdasOf,
  type StepRecord,
  type Tensor,
} from "../../engine.ts";
import type { Arena, Slot } from "../layout.ts";
import { updateSumsBytes } from "../threads/split-kernels.ts";
import type { Kernels } from "../wasm-modules.ts";
import { KeptStates } from "./kept-states.ts";
import type { Rule } from "./rule.ts";
import { ruleOf } from "./rules.ts";

type Options = Pick<
  EngineOptions,
  "train" | "optimizerTensors" | "updates" | "measuresGradient"
> & {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly whenOpen: (write: (memory: ArrayBufferLike) => void) => void;
  /** All parameters. */
  readonly slots: readonly Slot[];
};

/** Bytes of room for the update of plain SGD. */
const ROOM = 128;

/**
 * Everything between gradients and new parameters: l2 terms, the gradient's norm, clipping, then the optimiser, with
 * update:data ratios. Unless clipping needs all gradients, a parameter is updated as soon as its own is there.
 */
export class Updates {
  readonly metrics: Engine["metrics"];
  /** Lambda of each parameter. */
  readonly lambdas: Float64Array;
  readonly #kernels: Kernels;
  readonly #slots: readonly Slot[];
  readonly #clip: ClipSpec | undefined;
  readonly #states: KeptStates;
  readonly #rule: Rule;
  /** By parameter. */
  readonly #each: readonly ((rate: number) => void)[];
  readonly #penalties: Float64Array;
  readonly #squares: Float64Array;
  #updates: number;
  #rates: Float64Array = new Float64Array();

  constructor(options: Options) {
    const { kernels, arena, slots, train, optimizerTensors } = options;
    this.metrics = engineMetrics(options);
    this.#kernels = kernels;
    this.#slots = slots;
    this.#clip = train.clip;
    this.#updates = options.updates ?? 0;
    this.lambdas = lambdasOf(
      slots.map(({ parameter }) => parameter),
      train.l2,
    );
    this.#penalties = new Float64Array(slots.length);
    this.#squares = new Float64Array(slots.length);
    const largest = Math.max(0, ...slots.map(({ value }) => value.rows * value.ld));
    const sumsAt = arena.reserve(updateSumsBytes(kernels, largest));
    const roomAt = arena.reserve(ROOM);
    this.#rule = ruleOf(train.optimizer ?? PLAIN_SGD, { kernels, sumsAt, roomAt });
    this.#states = new KeptStates(arena, slots, train);
    this.#each = this.#states.slots.map((slot) => this.#rule.of(slot));
    options.whenOpen((memory) => this.#states.open(memory, optimizerTensors));
  }

  /** Begins the updates of a step at these rates, one for each parameter. */
  begin(rates: Float64Array): void {
    this.#updates += 1;
    this.#rates = rates;
    this.#rule.begin?.(this.#updates);
  }

  /** The gradients of these are there, and their values are not needed any more. */
  done(slots: readonly Slot[]): void {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      if (slot === undefined) continue;
      this.#prepare(slot);
      if (this.#clip?.by !== "norm") this.#each[slot.index]?.(this.#rates[slot.index] ?? 0);
    }
  }

  /** Ends the updates; returns the loss with the l2 terms of the values before. */
  end(record: StepRecord, loss: number): number {
    if (this.metrics.length > 0) this.#measure(record);
    let sum = loss;
    for (let p = 0; p < this.#penalties.length; p++) sum += this.#penalties[p] ?? 0;
    return sum;
  }

  /** Copies of what the optimiser keeps. */
  tensors(): Tensor[] {
    return this.#states.tensors();
  }

  #prepare({ index, value, gradient }: Slot): void {
    const kernels = this.#kernels;
    const { at, rows, columns, ld } = value;
    const lambda = this.lambdas[index] ?? 0;
    if (lambda !== 0) {
      this.#penalties[index] = kernels.decay(at, gradient.at, rows, columns, ld, lambda);
    }
    if (this.metrics.length === 0) return;
    this.#squares[index] = kernels.squares(gradient.at, rows * ld);
    if (this.#clip?.by === "value") kernels.clamp(gradient.at, rows * ld, this.#clip.most);
  }

  #measure({ metrics, width, row }: StepRecord): void {
    let sum = 0;
    for (let p = 0; p < this.#squares.length; p++) sum += this.#squares[p] ?? 0;
    const norm = Math.sqrt(sum);
    metrics[row * width] = norm;
    if (this.#clip?.by !== "norm") return;
    const factor = clipFactor(this.#clip, norm);
    metrics[row * width + 1] = factor;
    for (let p = 0; p < this.#slots.length; p++) {
      const slot = this.#slots[p];
      if (slot === undefined) continue;
      const { at, rows, ld } = slot.gradient;
      if (factor !== 1) this.#kernels.scale(at, rows * ld, factor);
      this.#each[p]?.(this.#rates[p] ?? 0);
    }
  }
}
