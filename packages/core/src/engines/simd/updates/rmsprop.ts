import type { OptimizerSpec } from "../../../spec.ts";
import { clearPads, finish, type Ground, type Rule } from "./rule.ts";

type RmsProp = Extract<OptimizerSpec, { name: "rmsprop" }>;

/** Specs that take every way through the kernel. */
export const RMSPROP_SAMPLES: readonly RmsProp[] = [0, 0.5].flatMap((momentum) =>
  [false, true].map((centered) => {
    return { name: "rmsprop", alpha: 0.9, eps: 0.01, weightDecay: 0.01, momentum, centered };
  }),
);

/** RMSprop, with momentum and centred where the spec says so. */
export function rmsprop(ground: Ground, spec: RmsProp): Rule {
  const { kernels, sumsAt } = ground;
  const { alpha, eps, momentum, centered } = spec;
  return {
    of: (slot) => {
      const { value, gradient, states, weightDecay } = slot;
      const [p, g, count] = [value.at, gradient.at, value.rows * value.ld];
      const square = states[0]?.at ?? 0;
      const buffer = momentum === 0 ? 0 : (states[1]?.at ?? 0);
      const mean = centered ? (states.at(-1)?.at ?? 0) : 0;
      return (rate) => {
        // biome-ignore format: as the kernel has them
        kernels.rmsprop(p, g, square, buffer, mean, sumsAt, count, rate, alpha, eps, weightDecay, momentum);
        if (eps === 0) clearPads(ground, slot);
        finish(ground, slot);
      };
    },
  };
}
