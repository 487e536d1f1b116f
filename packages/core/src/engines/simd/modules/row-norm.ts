import type { RowNormModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes a norm of each row over its units. */
export function makeRowNorm(
  site: Site,
  planned: RowNormModule,
  input: Port,
  gradient: Matrix = input.gradient,
): Module {
  const { kernels, arena, slotOf } = site;
  const { norm, epsilon } = planned.spec;
  const gain = slotOf(planned.gain);
  const shift = planned.shift === null ? null : slotOf(planned.shift);
  const { value: x, gradient: dx, positions } = input;
  const { columns: N, ld } = x;
  const normal = arena.matrix(x.rows, N);
  const scales = arena.matrix(1, x.rows);
  const output = reservePort(site, planned, gradient);
  const { value: y, gradient: dy } = output;
  const [g, b] = [gain.value.at, shift?.value.at ?? 0];
  const [dg, db] = [gain.gradient.at, shift?.gradient.at ?? 0];
  return {
    ...{ planned, inputs: [input], output },
    slots: shift === null ? [gain] : [gain, shift],

    forward(examples) {
      const rows = examples * positions;
      switch (norm) {
        case "layer":
          kernels.layerNorm(x.at, g, b, normal.at, y.at, scales.at, rows, N, ld, epsilon);
          break;
        case "rms":
          kernels.rmsNorm(x.at, g, normal.at, y.at, scales.at, rows, N, ld, epsilon);
          break;
      }
    },

    backward(examples) {
      const rows = examples * positions;
      kernels.affineGradients(dy.at, normal.at, dg, db, rows, N, ld);
      switch (norm) {
        case "layer":
          kernels.layerNormBackward(dy.at, normal.at, scales.at, g, dx.at, rows, N, ld);
          break;
        case "rms":
          kernels.rmsNormBackward(dy.at, normal.at, scales.at, g, dx.at, rows, N, ld);
          break;
      }
    },
  };
}
