import { ln } from "../math.ts";
import { outputWeight } from "../model/parameters.ts";
import type { Activation, Parameter } from "../spec.ts";
import type { Thresholds } from "./thresholds.ts";

/** What a diagnosis has to know of a run before its first step. */
export type DiagnosedRun = {
  readonly parameters: readonly Parameter[];
  readonly activation: Activation;
  /** Whether the loss has l2 terms in it. */
  readonly hasPenalty: boolean;
  /** Beyond which tanh counts as saturated in probes. */
  readonly saturatedBeyond: number;
  readonly thresholds: Thresholds;
};

/** A parameter as the rules about updates see it. */
export type Judged = {
  readonly name: string;
  readonly layer: string;
  /** Where its ratio stands among those of a step. */
  readonly index: number;
  readonly isHiddenWeight: boolean;
};

/** A run under diagnosis, with what its rules compute once. */
export type Subject = DiagnosedRun & {
  /** The weight of the output layer; null where it is not known. */
  readonly output: Parameter | null;
  /** How many classes the output tells apart, and what guessing among them costs. */
  readonly classes: number;
  readonly guessing: number;
  /** Parameters whose update:data ratio means something. */
  readonly judged: readonly Judged[];
};

export function subjectOf(facts: DiagnosedRun): Subject {
  const { parameters } = facts;
  const output = outputWeight(parameters) ?? null;
  const classes = output?.shape.at(-1) ?? 0;
  return {
    ...facts,
    output,
    classes,
    guessing: classes > 0 ? ln(classes) : 0,
    judged: judgedOf(parameters),
  };
}

/**
 * Leaves out what has no spread, and biases in front of a batch norm: their gradient is rounding noise, the
 * norm takes them away again.
 */
function judgedOf(parameters: readonly Parameter[]): readonly Judged[] {
  const normed = new Set(parameters.flatMap(({ layer, role }) => (role === "gain" ? [layer] : [])));
  return parameters.flatMap(({ name, layer, layerKind, role, size }, index) => {
    const isBeforeNorm = role === "bias" && normed.has(layer);
    if (size < 2 || isBeforeNorm) return [];
    const isHiddenWeight = layerKind === "hidden" && role === "weight";
    return [{ name, layer, index, isHiddenWeight }];
  });
}
