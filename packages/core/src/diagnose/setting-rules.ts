/** What settings do to a network: the epsilon of batch norm, the size of its batches, l2 terms. */

import { learningRateAt } from "../learning-rate.ts";
import { type DiagnosedProbe, hiddenLayers, type LayerProbe } from "../probe/probe.ts";
import { grouped, nats, type Observation, observation, percent, short } from "./finding.ts";
import type { Subject } from "./subject.ts";

/**
 * `weak-norm`: a batch norm divides by the spread of its input and its epsilon; where the epsilon is the larger
 * part, it takes away more than `thresholds.weak_norm` of the spread that the norm should leave.
 */
export function weakNorm(probe: DiagnosedProbe, subject: Subject): Observation[] {
  const { norm: spec, thresholds } = subject;
  if (!spec) return [];
  return hiddenLayers(probe).flatMap((layer) => {
    const kept = spreadKept(layer, spec);
    const value = 1 - kept;
    if (!(value > thresholds.weak_norm)) return [];
    const beside = spec.running === "variance" ? "variance" : "std";
    const message = `batch norm of ${layer.name} hardly normalises: its epsilon of ${short(spec.epsilon)} is larger than the ${beside} it is added to and leaves ${percent(kept)} of the spread at step ${grouped(probe.step)}; lower model.batch_norm.epsilon, 1e-5 is usual`;
    return [observation("weak-norm", { layer: layer.name, step: probe.step, value, message })];
  });
}

/** Returns the mean of what is left of a unit's spread; NaN without units that have one. */
function spreadKept(
  { norm }: LayerProbe,
  { epsilon, running }: NonNullable<Subject["norm"]>,
): number {
  const stds = [...(norm?.batch?.std ?? [])].filter((std) => std > 0);
  const kept = stds.map((std) =>
    running === "variance" ? std / Math.sqrt(std * std + epsilon) : std / (std + epsilon),
  );
  return kept.reduce((sum, share) => sum + share, 0) / kept.length;
}

/**
 * `small-batch`: batch norm takes mean and spread from fewer than `thresholds.small_batch` examples. What they
 * are off by is 1/sqrt(n) of the spread, and of two examples nothing is left but which one is larger.
 */
export function smallBatch(step: number, subject: Subject): Observation[] {
  const { norm, batchSize = Number.POSITIVE_INFINITY, thresholds } = subject;
  if (!norm || !(batchSize < thresholds.small_batch)) return [];
  const what =
    batchSize === 2
      ? "one of two examples becomes 0.71 and the other -0.71, whatever their values"
      : `their mean is off by ${short(1 / Math.sqrt(batchSize))} of a std`;
  const message = `batch norm over batches of ${batchSize}: ${what}; raise train.batch_size`;
  return [observation("small-batch", { step, value: batchSize, message })];
}

/**
 * `dropout`: of a layer's units so few are left that the next layer often sees next to nothing: fewer than
 * `thresholds.dropout` on average.
 */
export function heavyDropout(step: number, { dropouts = [], thresholds }: Subject): Observation[] {
  return dropouts.flatMap(({ layer, units, rate }) => {
    const value = units * (1 - rate);
    if (!(value < thresholds.dropout)) return [];
    const message = `dropout leaves ${short(value)} of ${counted(units)} of ${layer}: too few for the next layer to rely on; lower model.dropout or make the layer wider`;
    return [observation("dropout", { layer, step, value, message })];
  });
}

function counted(units: number): string {
  return `${grouped(units)} unit${units === 1 ? "" : "s"}`;
}

/** Share of the loss from which on l2 terms are the most of it. */
const MOST_OF_LOSS = 0.5;

/**
 * `penalty`: an l2 term alone takes away more than `thresholds.penalty` of a parameter in a step, twice what all
 * learning should change of it; or the l2 terms are more than half of the loss. The parameter that loses most is
 * named. Terms of biases are not counted: they are not probed.
 */
export function largePenalty(probe: DiagnosedProbe, subject: Subject): Observation[] {
  const rate = learningRateAt(subject.lr ?? [], probe.step);
  const terms = penaltiesOf(probe, subject);
  const total = terms.reduce((sum, { nats: term }) => sum + term, 0);
  const share = total / probe.loss;
  const [strongest] = terms.toSorted((a, b) => b.slope - a.slope);
  if (strongest === undefined) return [];
  const pull = rate * strongest.slope;
  if (!(pull > subject.thresholds.penalty) && !(share > MOST_OF_LOSS)) return [];
  const measured = `${nats(total)} of ${nats(probe.loss)} nats of the loss at step ${grouped(probe.step)}`;
  const loses = Number.isFinite(pull)
    ? `, and shrink ${strongest.param} by ${percent(pull)} per step, where learning changes 0.1 %`
    : "";
  const message = `l2 terms outweigh learning: they are ${measured}${loses}; lower train.l2`;
  return [observation("penalty", { step: probe.step, value: pull, message })];
}

type Penalty = {
  readonly param: string;
  readonly nats: number;
  /** The gradient of the term over the parameter. */
  readonly slope: number;
};

/** Computes `lambda mean(p^2)` of the parameters whose numbers a probe has. */
function penaltiesOf({ layers }: DiagnosedProbe, { parameters, l2 = 0 }: Subject): Penalty[] {
  return parameters.flatMap(({ name: param, layer, role, size }) => {
    const lambda = typeof l2 === "number" ? l2 : (l2[param] ?? 0);
    const probed = layers.find(({ name }) => name === layer);
    if (lambda === 0 || probed === undefined) return [];
    const squares = meanSquare(probed, role, size);
    return squares === null ? [] : [{ param, nats: lambda * squares, slope: (2 * lambda) / size }];
  });
}

function meanSquare(
  { tensors: { weight }, norm }: LayerProbe,
  role: Subject["parameters"][number]["role"],
  size: number,
): number | null {
  if (role === "weight" || role === "embedding") {
    if (weight === undefined) return null;
    const variance = size < 2 ? 0 : (weight.std ** 2 * (size - 1)) / size;
    return weight.mean ** 2 + variance;
  }
  const values = role === "gain" ? norm?.gamma : role === "shift" ? norm?.beta : undefined;
  if (values === undefined) return null;
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}
