import type { OptimizerSpec } from "../src/spec.ts";
import { goldenPart } from "./golden-parts.ts";

/** Five updates of 11 values by given gradients, the rate another one each time. */
export type GoldenOptimizer = {
  readonly name: string;
  readonly spec: OptimizerSpec;
  /** The values after each update. */
  readonly after: readonly (readonly number[])[];
  /** What the optimiser keeps at the end, by PyTorch's names. */
  readonly state: Readonly<Record<string, readonly number[]>>;
};

type Part = {
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly rates: readonly number[];
  readonly of: Readonly<
    Record<string, Pick<GoldenOptimizer, "after" | "state"> & { readonly options: Options }>
  >;
};

/** PyTorch's arguments; those that are not given have its defaults. */
export type Options = Readonly<Partial<Record<string, unknown>>>;

const { start, gradients, rates, of } = goldenPart<Part>("optimisers");

/** What all of them begin with, and are given. */
export const GIVEN: Pick<Part, "start" | "gradients" | "rates"> = { start, gradients, rates };

export const GOLDEN_OPTIMIZERS: readonly GoldenOptimizer[] = Object.entries(of).map(
  ([name, { options, after, state }]) => ({ name, spec: specOf(name, options), after, state }),
);

/** The spec of an optimiser by the first word of a name. */
export function specOf(name: string, options: Options): OptimizerSpec {
  const [kind = ""] = name.split(" ");
  const number = (key: string, usual: number) => Number(options[key] ?? usual);
  const weightDecay = number("weight_decay", kind === "adamw" ? 0.01 : 0);
  const betas = Array.isArray(options.betas) ? options.betas : [0.9, 0.999];
  const pair: [number, number] = [Number(betas[0]), Number(betas[1])];
  switch (kind) {
    case "sgd":
      return {
        name: kind,
        momentum: number("momentum", 0),
        dampening: number("dampening", 0),
        nesterov: options.nesterov === true,
        weightDecay,
      };
    case "adam":
    case "adamw":
      return { name: kind, betas: pair, eps: number("eps", 1e-8), weightDecay };
    case "rmsprop":
      return {
        name: kind,
        alpha: number("alpha", 0.99),
        eps: number("eps", 1e-8),
        weightDecay,
        momentum: number("momentum", 0),
        centered: options.centered === true,
      };
    case "adagrad":
      return {
        name: kind,
        lrDecay: number("lr_decay", 0),
        weightDecay,
        initialAccumulatorValue: number("initial_accumulator_value", 0),
        eps: number("eps", 1e-10),
      };
    case "lion":
      return { name: kind, betas: pair, weightDecay };
  }
  throw new RangeError(`goldens: ${name} is no optimiser`);
}
