import type { StopSpec } from "@ablate/core";
import type { StopConfig, TrainConfig } from "./config.ts";
import { secondsOf } from "./duration.ts";

/** Steps between two looks at the validation loss where a config does not say. */
export const STOP_EVERY = 1000;

/** Where nothing ends a run early. */
export const NO_STOP: StopConfig = {
  patience: "none",
  target: "none",
  budget: "none",
  every: STOP_EVERY,
};

/** Whether it is about the validation loss. */
export function validates({ patience, target }: StopConfig): boolean {
  return patience !== "none" || target !== "none";
}

/** What ends a run before its last step, with nothing in it that has no effect; undefined: nothing. */
export function stopSpecOf({ stop = NO_STOP }: Pick<TrainConfig, "stop">): StopSpec | undefined {
  const { patience, target, budget, every } = stop;
  if (!validates(stop) && budget === "none") return undefined;
  return {
    every: validates(stop) ? every : 0,
    patience: patience === "none" ? null : patience,
    target: target === "none" ? null : target,
    budgetSeconds: budget === "none" ? null : secondsOf(budget),
  };
}
