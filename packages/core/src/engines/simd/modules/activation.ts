import type { ActivationModule } from "../../../model/network-plan.ts";
import type { ActivationName } from "../../../spec.ts";
import { EngineError } from "../../engine.ts";
import type { Matrix } from "../layout.ts";
import type { Kernels } from "../modules.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes a nonlinearity. */
export function makeActivation(
  site: Site,
  planned: ActivationModule,
  input: Port,
  gradient: Matrix = input.gradient,
): Module {
  const output = reservePort(site, planned, gradient);
  const { forward, backward } = passesOf(planned.activation, site, { input, output });
  const { positions } = planned;
  return {
    ...{ planned, inputs: [input], output, slots: [] },
    forward: (examples) => forward(examples * positions),
    backward: (examples) => backward(examples * positions),
  };
}

/** Of so many rows. */
type Passes = {
  readonly forward: (rows: number) => void;
  readonly backward: (rows: number) => void;
};

type Ends = { readonly input: Port; readonly output: Port };

function passesOf(name: ActivationName, { kernels }: Site, ends: Ends): Passes {
  switch (name) {
    case "tanh":
      return byOutput(kernels.tanhForward, kernels.tanhBackward, ends);
    case "relu":
      return byOutput(kernels.reluForward, kernels.reluBackward, ends);
    default:
      throw new EngineError(`this engine has no ${name} yet`);
  }
}

/** A nonlinearity whose slope follows from what leaves it. */
function byOutput(
  ahead: Kernels["tanhForward"],
  back: Kernels["tanhBackward"],
  { input: { value: x, gradient: dx }, output: { value: y, gradient: dy } }: Ends,
): Passes {
  return {
    forward: (rows) => ahead(x.at, y.at, rows * y.ld),
    backward: (rows) => back(y.at, dy.at, dx.at, rows * y.ld),
  };
}
