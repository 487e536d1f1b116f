import type { ActivationModule } from "../../../model/network-plan.ts";
import type { Matrix } from "../layout.ts";
import type { Kernels } from "../wasm-modules.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Makes a nonlinearity. */
export function makeActivation(
  site: Site,
  planned: ActivationModule,
  input: Port,
  gradient: Matrix = input.gradient,
): Module {
  const output = reservePort(site, planned, gradient);
  const { forward, backward } = passesOf(site, planned, { input, output });
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

function passesOf(site: Site, { activation, slope }: ActivationModule, ends: Ends): Passes {
  const { kernels: k } = site;
  switch (activation) {
    case "tanh":
      return byOutput(flat(k.tanhForward), k.tanhBackward, ends);
    case "relu":
      return byOutput(flat(k.reluForward), k.reluBackward, ends);
    case "sigmoid":
      return byOutput(k.sigmoidForward, k.sigmoidBackward, ends);
    case "leaky_relu":
      return leaky(k, slope, ends);
    case "gelu":
      return bySlope(site, flatWithSlope(k.geluForward), ends);
    case "gelu_tanh":
      return bySlope(site, flatWithSlope(k.geluTanhForward), ends);
    case "silu":
      return bySlope(site, flatWithSlope(k.siluForward), ends);
    case "elu":
      return bySlope(site, flatWithSlope(k.eluForward), ends);
    case "softplus":
      return bySlope(site, k.softplusForward, ends);
  }
}

type Forward = (x: number, y: number, rows: number, n: number, ld: number) => void;
type SlopedForward = (
  ...[x, y, slope, rows, n, ld]: [number, number, number, number, number, number]
) => void;

/** A kernel over consecutive values, of a function that is 0 at 0: pads need no care. */
function flat(forward: Kernels["tanhForward"]): Forward {
  return (x, y, rows, _, ld) => forward(x, y, rows * ld);
}

function flatWithSlope(forward: Kernels["geluForward"]): SlopedForward {
  return (x, y, slope, rows, _, ld) => forward(x, y, slope, rows * ld);
}

/** A nonlinearity whose slope follows from what leaves it. */
function byOutput(
  ahead: Forward,
  back: Kernels["tanhBackward"],
  { input: { value: x, gradient: dx }, output: { value: y, gradient: dy } }: Ends,
): Passes {
  return {
    forward: (rows) => ahead(x.at, y.at, rows, y.columns, y.ld),
    backward: (rows) => back(y.at, dy.at, dx.at, rows * y.ld),
  };
}

/** One whose way forward leaves the slope as well. */
function bySlope({ arena, kernels }: Site, ahead: SlopedForward, { input, output }: Ends): Passes {
  const { value: x, gradient: dx } = input;
  const { value: y, gradient: dy } = output;
  const slope = arena.matrix(y.rows, y.columns);
  return {
    forward: (rows) => ahead(x.at, y.at, slope.at, rows, y.columns, y.ld),
    backward: (rows) => kernels.multiply(dy.at, slope.at, dx.at, rows * y.ld),
  };
}

function leaky(kernels: Kernels, slope: number, { input, output }: Ends): Passes {
  const { value: x, gradient: dx } = input;
  const { value: y, gradient: dy } = output;
  return {
    forward: (rows) => kernels.leakyReluForward(x.at, y.at, rows * y.ld, slope),
    backward: (rows) => kernels.leakyReluBackward(x.at, dy.at, dx.at, rows * y.ld, slope),
  };
}
