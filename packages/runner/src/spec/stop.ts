import type { StopSpec } from "@ablate/core";
import type { TrainConfig } from "./config.ts";
import { secondsOf } from "./duration.ts";

/** Steps between two looks at the validation loss where a config does not say. */
export const STOP_EVERY = 1000;

/** What ends a run before its last step, with nothing in it that has no effect; undefined: nothing. */
export function stopSpecOf({ stop }: Pick<TrainConfig, "stop">): StopSpec | undefined {
  const { patience = "none", target = "none", budget = "none", every = STOP_EVERY } = stop ?? {};
  const validates = patience !== "none" || target !== "none";
  if (!validates && budget === "none") return undefined;
  return {
    every: validates ? every : 0,
    patience: patience === "none" ? null : patience,
    target: target === "none" ? null : target,
    budgetSeconds: budget === "none" ? null : secondsOf(budget),
  };
}
