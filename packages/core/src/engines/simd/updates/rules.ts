/** Which file has which optimiser. */
import type { OptimizerSpec } from "../../../spec.ts";
import { ADAGRAD_SAMPLES, adagrad } from "./adagrad.ts";
import { ADAM_SAMPLES, adam } from "./adam.ts";
import { LION_SAMPLES, lion } from "./lion.ts";
import { RMSPROP_SAMPLES, rmsprop } from "./rmsprop.ts";
import type { Ground, Rule } from "./rule.ts";
import { SGD_SAMPLES, sgd } from "./sgd.ts";

export function ruleOf(spec: OptimizerSpec, ground: Ground): Rule {
  switch (spec.name) {
    case "sgd":
      return sgd(ground, spec);
    case "adam":
    case "adamw":
      return adam(ground, spec);
    case "rmsprop":
      return rmsprop(ground, spec);
    case "adagrad":
      return adagrad(ground, spec);
    case "lion":
      return lion(ground, spec);
  }
}

/** Specs that take every way through all kernels, for the self-test. */
export const SAMPLES: readonly OptimizerSpec[] = [
  ...SGD_SAMPLES,
  ...ADAM_SAMPLES,
  ...RMSPROP_SAMPLES,
  ...ADAGRAD_SAMPLES,
  ...LION_SAMPLES,
];
