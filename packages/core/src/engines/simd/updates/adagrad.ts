import type { OptimizerSpec } from "../../../spec.ts";
import { clearPads, finish, type Ground, type Rule } from "./rule.ts";

type Adagrad = Extract<OptimizerSpec, { name: "adagrad" }>;

/** Specs that take every way through the kernel. */
export const ADAGRAD_SAMPLES: readonly Adagrad[] = [
  { name: "adagrad", lrDecay: 0.1, weightDecay: 0.01, initialAccumulatorValue: 0, eps: 0.01 },
];

/** Adagrad, whose rate falls with the number of updates where it has a decay. */
export function adagrad(ground: Ground, { lrDecay, eps }: Adagrad): Rule {
  const { kernels, sumsAt } = ground;
  let slowing = 1;
  return {
    begin: (t) => {
      slowing = 1 + (t - 1) * lrDecay;
    },
    of: (slot) => {
      const { value, gradient, states, weightDecay } = slot;
      const [p, g, count] = [value.at, gradient.at, value.rows * value.ld];
      const sum = states[0]?.at ?? 0;
      return (rate) => {
        kernels.adagrad(p, g, sum, sumsAt, count, rate / slowing, eps, weightDecay);
        if (eps === 0) clearPads(ground, slot);
        finish(ground, slot);
      };
    },
  };
}
