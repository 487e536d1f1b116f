import type { LinearModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes `y = x W + b` of a weight of its own. */
export function makeLinear(
  site: Site,
  planned: LinearModule,
  input: Port,
  gradient?: Matrix,
): Module {
  const { kernels, slotOf } = site;
  if (planned.weight === null) throw new RangeError("simd: a linear layer without a weight");
  const weight = slotOf(planned.weight);
  const bias = planned.bias === null ? null : slotOf(planned.bias);
  const output = reservePort(site, planned, gradient);
  const { value: w, gradient: dw } = weight;
  const { value: x, gradient: dx, positions } = input;
  const { value: y, gradient: dy } = output;
  const { rows: K, columns: N } = w;
  return {
    ...{ planned, inputs: [input], output },
    slots: bias === null ? [weight] : [weight, bias],

    forward(examples) {
      const rows = examples * positions;
      kernels.gemm(x.at, w.at, bias?.value.at ?? 0, y.at, rows, K, N, x.ld, w.ld, y.ld); // [rows, fan_out]
    },

    backward(examples) {
      const rows = examples * positions;
      if (bias !== null) kernels.columnSums(dy.at, bias.gradient.at, rows, N, dy.ld); // [fan_out]
      kernels.gemmTransposedA(x.at, dy.at, dw.at, K, rows, N, x.ld, dy.ld, dw.ld); // [fan_in, fan_out]
      kernels.gemmTransposedB(dy.at, w.at, dx.at, rows, N, K, dy.ld, w.ld, dx.ld); // [rows, fan_in]
    },
  };
}
