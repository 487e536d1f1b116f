import { power } from "../../../math.ts";
import type { OptimizerSpec } from "../../../spec.ts";
import { clearPads, finish, type Ground, type Rule } from "./rule.ts";

type Adam = Extract<OptimizerSpec, { name: "adam" | "adamw" }>;

/** Specs that take every way through the kernel. */
export const ADAM_SAMPLES: readonly Adam[] = [
  { name: "adam", betas: [0.9, 0.999], eps: 0.01, weightDecay: 0.01 },
  { name: "adamw", betas: [0.9, 0.999], eps: 0.01, weightDecay: 0.01 },
];

/** Adam, whose weight decay goes into the gradient, and AdamW, whose weight decay does not. */
export function adam(ground: Ground, { name, betas, eps }: Adam): Rule {
  const { kernels, sumsAt } = ground;
  const [beta1, beta2] = betas;
  let [correction, rootScale] = [1, 1];
  return {
    begin: (t) => {
      correction = 1 - power(beta1, t);
      rootScale = 1 / Math.sqrt(1 - power(beta2, t));
    },
    of: (slot) => {
      const { value, gradient, states, weightDecay } = slot;
      const [p, g, count] = [value.at, gradient.at, value.rows * value.ld];
      const [m, v] = [states[0]?.at ?? 0, states[1]?.at ?? 0];
      const [decay, shrinkage] = name === "adam" ? [weightDecay, 0] : [0, weightDecay];
      return (rate) => {
        const step = rate / correction;
        const shrink = rate * shrinkage;
        // biome-ignore format: as the kernel has them
        kernels.adam(p, g, m, v, sumsAt, count, beta1, beta2, step, rootScale, eps, decay, shrink);
        if (eps === 0) clearPads(ground, slot);
        finish(ground, slot);
      };
    },
  };
}
