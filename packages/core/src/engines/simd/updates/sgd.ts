import type { OptimizerSpec } from "../../../spec.ts";
import { finish, type Ground, type KeptSlot, type Rule } from "./rule.ts";

type Sgd = Extract<OptimizerSpec, { name: "sgd" }>;

/**
 * SGD. Without momentum and weight decay it is one kernel that knows nothing of either.
 *
 * @param roomAt - 128 bytes that the kernel overwrites
 */
export function sgd(ground: Ground, spec: Sgd, roomAt: number): Rule {
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
      if (momentum === 0 && weightDecay === 0) return plainly(ground, slot, roomAt);
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

function plainly({ kernels }: Ground, slot: KeptSlot, roomAt: number): (rate: number) => void {
  const { at, rows, columns, ld } = slot.value;
  const { gradient, ratio } = slot;
  return (rate) => {
    kernels.update(at, gradient.at, ratio, roomAt, rows, columns, ld, rate, 0);
  };
}
