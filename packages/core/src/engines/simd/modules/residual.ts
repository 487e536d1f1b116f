import type { PlannedModule, ResidualModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes the modules of a list; see `registry.ts`. */
type MakeList = (
  site: Site,
  planned: readonly PlannedModule[],
  input: Port,
  gradient: Matrix,
) => readonly Module[];

/**
 * Makes `y = x + f(x)`, with the modules of f between two halves of its own. The gradient of y runs along in the matrix of
 * that of x, so nothing within the block writes there until it has arrived at the block's beginning.
 */
export function makeResidual(
  site: Site,
  planned: ResidualModule,
  {
    input,
    gradient = input.gradient,
  }: { readonly input: Port; readonly gradient: Matrix | undefined },
  makeList: MakeList,
): readonly Module[] {
  const { kernels, arena } = site;
  const { value: x, gradient: dx, positions } = input;
  // A block of nothing is x + x, whose branch has the gradient of y itself.
  const isEmpty = planned.modules.length === 0;
  const branch = { ...input, gradient: isEmpty ? gradient : arena.matrix(x.rows, x.columns) };
  const modules = makeList(site, planned.modules, branch, gradient);
  const end = modules.at(-1)?.output ?? branch;
  const output = reservePort(site, planned, gradient);
  const size = positions * x.ld;
  const start: Module = {
    ...{ planned: null, inputs: [input], output: branch, slots: [] },
    forward: () => undefined,
    backward: (examples) => kernels.add(gradient.at, branch.gradient.at, dx.at, examples * size),
  };
  const sum: Module = {
    ...{ planned, inputs: [input, end], output, slots: [] },
    forward: (examples) => kernels.add(x.at, end.value.at, output.value.at, examples * size),
    backward: () => undefined,
  };
  return [start, ...modules, sum];
}
