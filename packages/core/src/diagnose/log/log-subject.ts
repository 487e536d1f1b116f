/** What the rules know of a run that another program trains. */
import type { Parameter } from "../../spec.ts";
import { THRESHOLDS, type Thresholds } from "../subject.ts";

/**
 * The limits of what is healthy in a network of any kind, whatever its loss: docs/diagnostics.md has the figures. Those of
 * losses are shares of the loss that a run began with, or of what it has learnt, since nobody knows their unit.
 */
export const LOG_THRESHOLDS: Thresholds = {
  ...THRESHOLDS,
  fast_updates: 0.1,
  slow_updates: 1e-6,
  dead_units: 0.9,
  saturated: 0.5,
  shrinking_activations: 1e-4,
  growing_activations: 100,
  vanishing_gradients: 1e-4,
  exploding_gradients: 100,
  divergence: 0.5,
  plateau: 0.005,
  validation_gap: 0.3,
};

export type LoggedRun = {
  /** Those that have a ratio in every step, in their order. */
  readonly parameters: readonly Parameter[];
  /** Names of the parameters that nothing updates. */
  readonly untrained: readonly string[];
  /** Nonlinearities by the name of their layer. */
  readonly nonlinearities: ReadonlyMap<string, string>;
  readonly thresholds: Thresholds;
};

export type LogSubject = LoggedRun & {
  /** Which of the parameters are weight matrices of hidden layers: a verdict on their pace is fair. */
  readonly matrices: readonly number[];
};

/** Units below which a layer learns at a speed of its own. */
const FEW = 8;

export function logSubject(run: LoggedRun): LogSubject {
  const matrices = run.parameters.flatMap(({ layerKind, role, shape, size }, i) => {
    const [units = 1] = shape;
    const isMatrix = layerKind === "hidden" && role === "weight" && shape.length >= 2;
    return isMatrix && units >= FEW && size / units >= FEW ? [i] : [];
  });
  return { ...run, matrices };
}
