import type { DropoutModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes a dropout, which multiplies by a mask of its own in training and lets everything through otherwise. */
export function makeDropout(
  site: Site,
  planned: DropoutModule,
  input: Port,
  gradient: Matrix = input.gradient,
): Module {
  const { kernels, arena, masks, memory } = site;
  const { positions, rate } = planned;
  const kept = Math.fround(1 - rate);
  const output = reservePort(site, planned, gradient);
  const { value: x, gradient: dx } = input;
  const { value: y, gradient: dy } = output;
  const { columns: N, ld } = x;
  const factors = arena.matrix(x.rows, N);
  const maskAt = ld === N ? factors.at : arena.reserve(x.rows * N * 4);
  let mask: Float32Array = new Float32Array();
  /** What the way back multiplies by: whether the last way forward dropped. */
  let isDropping = false;
  return {
    ...{ planned, inputs: [input], output, slots: [] },

    forward(examples, mode) {
      const rows = examples * positions;
      isDropping = mode === "train";
      if (!isDropping) {
        kernels.flattenRows(x.at, y.at, rows, N, 1, ld, ld);
        return;
      }
      if (mask.length !== rows * N) mask = new Float32Array(memory.buffer, maskAt, rows * N);
      if (masks === undefined) throw new RangeError("simd: dropout without a source of masks");
      masks.bernoulli(1 - rate, mask);
      if (ld !== N) kernels.flattenRows(maskAt, factors.at, rows, N, 1, N, ld);
      kernels.scale(factors.at, rows * ld, 1 / kept);
      kernels.multiply(x.at, factors.at, y.at, rows * ld);
    },

    backward(examples) {
      const rows = examples * positions;
      if (isDropping) kernels.multiply(dy.at, factors.at, dx.at, rows * ld);
      else if (dx !== dy) kernels.flattenRows(dy.at, dx.at, rows, N, 1, ld, ld);
    },
  };
}
