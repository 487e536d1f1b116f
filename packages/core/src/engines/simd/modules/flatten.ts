import type { FlattenModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes what puts consecutive rows side by side. */
export function makeFlatten(
  site: Site,
  planned: FlattenModule,
  input: Port,
  gradient?: Matrix,
): Module {
  const { kernels } = site;
  const { factor, positions } = planned;
  const output = reservePort(site, planned, gradient);
  const { value: x, gradient: dx } = input;
  const { value: y, gradient: dy } = output;
  return {
    ...{ planned, inputs: [input], output, slots: [] },

    forward(examples) {
      const rows = examples * positions;
      kernels.flattenRows(x.at, y.at, rows, x.columns, factor, x.ld, y.ld);
    },

    backward(examples) {
      const rows = examples * positions;
      kernels.unflattenRows(dy.at, dx.at, rows, x.columns, factor, x.ld, y.ld);
    },
  };
}
