import type { LinearModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/**
 * Makes an output layer whose weight is the embedding, transposed. What it adds to the embedding's gradient waits in
 * `tiedGradient` until the rest of that is there.
 */
export function makeTiedLinear(
  site: Site,
  planned: LinearModule,
  input: Port,
  gradient?: Matrix,
): Module {
  const { kernels, arena, embedding, tiedGradient: dw } = site;
  if (dw === null) throw new RangeError("simd: no tied layer was planned");
  const bias = planned.bias === null ? null : site.slotOf(planned.bias);
  const output = reservePort(site, planned, gradient);
  const { value: w } = embedding;
  const { value: x, gradient: dx, positions } = input;
  const { value: y, gradient: dy } = output;
  const { rows: V, columns: E } = w;
  /** The bias once for each row. */
  const biases = arena.matrix(bias === null ? 0 : y.rows, V);
  return {
    ...{ planned, inputs: [input], output },
    slots: bias === null ? [] : [bias],

    forward(examples) {
      const rows = examples * positions;
      kernels.gemmTransposedB(x.at, w.at, y.at, rows, E, V, x.ld, w.ld, y.ld); // [rows, V]
      if (bias === null) return;
      kernels.flattenRows(bias.value.at, biases.at, rows, V, 1, 0, y.ld);
      kernels.add(y.at, biases.at, y.at, rows * y.ld);
    },

    backward(examples) {
      const rows = examples * positions;
      if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, rows, V, dy.ld); // [V]
      kernels.gemmTransposedA(dy.at, x.at, dw.at, V, rows, E, dy.ld, x.ld, dw.ld); // [V, E]
      kernels.gemm(dy.at, w.at, 0, dx.at, rows, V, E, dy.ld, w.ld, dx.ld); // [rows, E]
    },
  };
}

/** Adds what a tied output layer has left to the embedding's gradient. */
export function addTied({ kernels, embedding, tiedGradient }: Site): void {
  if (tiedGradient === null) return;
  const { at, rows, ld } = embedding.gradient;
  kernels.add(at, tiedGradient.at, at, rows * ld);
}
