/** The optimisers: the settings of each with PyTorch's names and defaults, and what it keeps of a parameter. */

/** An optimiser with PyTorch's arguments; the rate is `lr` of the run. Plain SGD has all of them 0. */
export type OptimizerSpec =
  | {
      readonly name: "sgd";
      readonly momentum: number;
      readonly dampening: number;
      readonly nesterov: boolean;
      readonly weightDecay: number;
    }
  | {
      readonly name: "adam" | "adamw";
      readonly betas: readonly [number, number];
      readonly eps: number;
      readonly weightDecay: number;
    }
  | {
      readonly name: "rmsprop";
      readonly alpha: number;
      readonly eps: number;
      readonly weightDecay: number;
      readonly momentum: number;
      readonly centered: boolean;
    }
  | {
      readonly name: "adagrad";
      readonly lrDecay: number;
      readonly weightDecay: number;
      readonly initialAccumulatorValue: number;
      readonly eps: number;
    }
  /** Chen et al. (2023), arXiv:2302.06675. */
  | {
      readonly name: "lion";
      readonly betas: readonly [number, number];
      readonly weightDecay: number;
    };

/** A setting as a config may have it, with what it is unless it says. */
export type OptimizerSetting = { readonly about: string; readonly example: unknown } & (
  | { readonly kind: "number" | "share"; readonly usual: number }
  | { readonly kind: "shares"; readonly usual: readonly [number, number] }
  | { readonly kind: "flag"; readonly usual: boolean }
);

type OptimizerFacts = {
  /** The rate of a run that says none: PyTorch's, of SGD the notebook's, of Lion its paper's. */
  readonly usualRate: number;
  /** By the names of the spec. */
  readonly settings: Readonly<Record<string, OptimizerSetting>>;
};

const number = (usual: number, about: string, example: unknown): OptimizerSetting => ({
  ...{ kind: "number", usual, about, example },
});

const betas = (first: number, second: number): OptimizerSetting => ({
  kind: "shares",
  usual: [first, second],
  about: "how much of the averages of gradients and of their squares is kept",
  example: [0.9, 0.95],
});

const flag = (about: string): OptimizerSetting => ({
  kind: "flag",
  usual: false,
  about,
  example: true,
});

const eps = (usual: number): OptimizerSetting => number(usual, "added to the divisor", 1e-6);
const INTO_GRADIENT = number(0, "times the parameter, added to its gradient", 1e-4);
const MOMENTUM = number(0, "how much of the last update is kept", 0.9);

const decoupled = (usual: number): OptimizerSetting =>
  number(usual, "share of itself that a parameter loses, times the rate", 0.1);

export const OPTIMIZERS: Readonly<Record<OptimizerSpec["name"], OptimizerFacts>> = {
  sgd: {
    usualRate: 0.1,
    settings: {
      momentum: MOMENTUM,
      dampening: number(0, "share of the gradient that is left out of it", 0.1),
      weightDecay: INTO_GRADIENT,
      nesterov: flag("whether momentum looks ahead"),
    },
  },
  adam: {
    usualRate: 0.001,
    settings: { betas: betas(0.9, 0.999), eps: eps(1e-8), weightDecay: INTO_GRADIENT },
  },
  adamw: {
    usualRate: 0.001,
    settings: { betas: betas(0.9, 0.999), eps: eps(1e-8), weightDecay: decoupled(0.01) },
  },
  rmsprop: {
    usualRate: 0.01,
    settings: {
      alpha: {
        ...{ kind: "share", usual: 0.99, example: 0.9 },
        about: "how much of the average of squared gradients is kept",
      },
      eps: eps(1e-8),
      weightDecay: INTO_GRADIENT,
      momentum: MOMENTUM,
      centered: flag("whether squares are of the distance to a mean"),
    },
  },
  adagrad: {
    usualRate: 0.01,
    settings: {
      lrDecay: number(0, "the rate is divided by 1 + steps * lr_decay", 1e-3),
      weightDecay: INTO_GRADIENT,
      initialAccumulatorValue: number(0, "sum of squares to begin with", 0.1),
      eps: eps(1e-10),
    },
  },
  lion: { usualRate: 0.0001, settings: { betas: betas(0.9, 0.99), weightDecay: decoupled(0) } },
};

/** PyTorch's SGD without anything. */
export const PLAIN_SGD: OptimizerSpec = {
  name: "sgd",
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
};

/** A tensor that an optimiser keeps for each parameter, of its shape; `start` fills it before the first update. */
export type KeptState = { readonly name: string; readonly start: number };

/** Lists what an optimiser keeps of each parameter, by PyTorch's names in `state_dict`. */
export function keptStates(optimizer: OptimizerSpec): readonly KeptState[] {
  const zero = (name: string): KeptState => ({ name, start: 0 });
  switch (optimizer.name) {
    case "sgd":
      return optimizer.momentum === 0 ? [] : [zero("momentum_buffer")];
    case "adam":
    case "adamw":
      return [zero("exp_avg"), zero("exp_avg_sq")];
    case "rmsprop":
      return [
        zero("square_avg"),
        ...(optimizer.momentum === 0 ? [] : [zero("momentum_buffer")]),
        ...(optimizer.centered ? [zero("grad_avg")] : []),
      ];
    case "adagrad":
      return [{ name: "sum", start: optimizer.initialAccumulatorValue }];
    case "lion":
      return [zero("exp_avg")];
  }
}

/** A state's name in a file of tensors: `hidden1.weight.exp_avg`. */
export function stateName(parameter: { readonly name: string }, state: KeptState): string {
  return `${parameter.name}.${state.name}`;
}
