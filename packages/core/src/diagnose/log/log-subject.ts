/** What the rules know of a run that another program trains. */
import type { Parameter } from "../../spec.ts";
import { THRESHOLDS, type Thresholds } from "../subject.ts";

/** The limits of what is healthy in a network of any kind, whatever its loss: docs/diagnostics.md has the figures. */
export const LOG_THRESHOLDS: Thresholds = { ...THRESHOLDS };

export type LoggedRun = {
  /** Those that have a ratio in every step, in their order. */
  readonly parameters: readonly Parameter[];
  /** Names of the parameters that nothing updates. */
  readonly untrained: readonly string[];
  /** Nonlinearities by the name of their layer. */
  readonly nonlinearities: ReadonlyMap<string, string>;
  readonly thresholds: Thresholds;
};
