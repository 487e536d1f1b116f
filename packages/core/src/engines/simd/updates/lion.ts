import type { OptimizerSpec } from "../../../spec.ts";
import { finish, type Ground, type Rule } from "./rule.ts";

type Lion = Extract<OptimizerSpec, { name: "lion" }>;

/** Specs that take every way through the kernel. */
export const LION_SAMPLES: readonly Lion[] = [
  { name: "lion", betas: [0.9, 0.99], weightDecay: 0.01 },
];

/** Lion, whose weight decay does not go into the gradient. */
export function lion(ground: Ground, { betas: [beta1, beta2] }: Lion): Rule {
  const { kernels, sumsAt } = ground;
  return {
    of: (slot) => {
      const { value, gradient, states, weightDecay } = slot;
      const [p, g, count] = [value.at, gradient.at, value.rows * value.ld];
      const m = states[0]?.at ?? 0;
      return (rate) => {
        kernels.lion(p, g, m, sumsAt, count, rate, beta1, beta2, rate * weightDecay);
        finish(ground, slot);
      };
    },
  };
}
