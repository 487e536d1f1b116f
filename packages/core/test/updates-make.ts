import { instantiateKernels } from "../src/engines/simd/kernels.ts";
import {
  Arena,
  growTo,
  layOutParameters,
  readTensor,
  writeTensor,
} from "../src/engines/simd/layout.ts";
import { Updates } from "../src/engines/simd/updates/updates.ts";
import type { EngineOptions, Parameter, Tensor } from "../src/index.ts";

type Made = {
  /** Values by parameter, which are changed in place. */
  readonly start: readonly (readonly number[])[];
  readonly train?: Partial<EngineOptions["train"]>;
  readonly from?: Pick<EngineOptions, "optimizerTensors" | "updates" | "measuresGradient">;
};

/** Parameters `p0`, `p1`, ... in memory, and what updates them from gradients that are given. */
export class GivenUpdates {
  readonly updates: Updates;
  readonly #floats: Float32Array;
  readonly #slots: ReturnType<typeof layOutParameters>;
  readonly #ratiosAt: number;

  constructor({ start, train = {}, from = {} }: Made) {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const kernels = instantiateKernels(memory);
    const arena = new Arena(kernels.heapBase());
    this.#ratiosAt = arena.reserve(4 * start.length);
    const slots = layOutParameters(arena, start.map(parameterOf), this.#ratiosAt);
    const writes: ((memory: ArrayBufferLike) => void)[] = [];
    const whenOpen = writes.push.bind(writes);
    const whole = { batchSize: 1, l2: 0, ...train };
    this.updates = new Updates({ ...from, train: whole, kernels, arena, whenOpen, slots });
    growTo(memory, arena.byteLength);
    for (const write of writes) write(memory.buffer);
    this.#floats = new Float32Array(memory.buffer);
    this.#slots = slots;
    for (const [p, slot] of slots.entries()) {
      writeTensor(this.#floats, slot.value, tensorOf(slot.parameter, start[p] ?? []));
    }
  }

  /** Makes one update by these gradients; returns ratios and metrics. */
  step(
    gradients: readonly (readonly number[])[],
    rate: number,
  ): { readonly ratios: Float32Array; readonly metrics: Float64Array } {
    const { updates } = this;
    updates.begin(new Float64Array(this.#slots.length).fill(rate));
    for (const slot of this.#slots) {
      const given = tensorOf(slot.parameter, gradients[slot.index] ?? []);
      writeTensor(this.#floats, slot.gradient, given);
      updates.done([slot]);
    }
    const ratios = new Float32Array(this.#slots.length);
    const width = updates.metrics.length;
    const metrics = new Float64Array(width);
    updates.end({ ratios, metrics, width, row: 0 }, 0);
    ratios.set(this.#floats.subarray(this.#ratiosAt / 4, this.#ratiosAt / 4 + ratios.length));
    return { ratios, metrics };
  }

  /** Copies of the parameters. */
  values(): Float32Array[] {
    return this.#slots.map(
      ({ parameter, value }) => readTensor(this.#floats, parameter, value).values,
    );
  }

  /** What lies behind the last columns of parameters and gradients. */
  pads(): number[] {
    return this.#slots.flatMap(({ value, gradient }) =>
      [value, gradient].flatMap(({ at, columns, ld }) => [
        ...this.#floats.subarray(at / 4 + columns, at / 4 + ld),
      ]),
    );
  }
}

function parameterOf(values: readonly number[], index: number): Parameter {
  const name = `p${index}`;
  const size = values.length;
  return { name, layer: "other", layerKind: "other", role: "other", shape: [size], size };
}

function tensorOf({ name, shape }: Parameter, values: readonly number[]): Tensor {
  return { name, shape, values: Float32Array.from(values) };
}
