import type { OptimizerSpec } from "../../../spec.ts";
import { finish, type Ground, type KeptSlot, type Rule } from "./rule.ts";

type Sgd = Extract<OptimizerSpec, { name: "sgd" }>;

/** Specs that take every way through the kernel. */
export const SGD_SAMPLES: readonly Sgd[] = [
  { name: "sgd", momentum: 0.9, dampening: 0.25, nesterov: true, weightDecay: 0.01 },
  { name: "sgd", momentum: 0, dampening: 0, nesterov: false, weightDecay: 0.01 },
];

/** SGD. Without momentum and weight decay it is one kernel that knows nothing of either. */
export function sgd(ground: Ground, spec: Sgd): Rule {
  const { momentum, dampening, nesterov } = spec;
  let [keep, share] = [momentum, 1 - dampening];
  const [ahead, direct] = nesterov ? [momentum, 1] : [1, 0];
  return {
    begin: (t) => {
      // The first buffer is the gradient.
      [keep, share] = t === 1 ? [0, 1] : [momentum, 1 - dampening];
    },
    of: (slot) => {
      const { value, gradient, states, weightDecay } = slot;
      if (momentum === 0 && weightDecay === 0) return plainly(ground, slot);
      const [p, g, count] = [value.at, gradient.at, value.rows * value.ld];
      const b = states[0]?.at ?? g;
      return (rate) => {
        const { kernels, sumsAt } = ground;
        // biome-ignore format: as the kernel has them
        kernels.momentum(p, g, b, sumsAt, count, rate, keep, share, ahead, direct, weightDecay);
        finish(ground, slot);
      };
    },
  };
}

function plainly({ kernels, roomAt }: Ground, slot: KeptSlot): (rate: number) => void {
  const { at, rows, columns, ld } = slot.value;
  const { gradient, ratio } = slot;
  return (rate) => {
    kernels.update(at, gradient.at, ratio, roomAt, rows, columns, ld, rate, 0);
  };
}
