/** `weight-decay`: what makes parameters smaller, whatever the data say. */
import type { DiagnosedProbe } from "../probe/probe.ts";
import { grouped, type Observation, observation, percent, short } from "./finding.ts";
import type { Subject } from "./subject.ts";

/**
 * Weight decay alone takes more than `thresholds.weight_decay` of a parameter away in a step, half of what learning should
 * change of it. Adam, RMSprop and Adagrad divide by the size of the gradient, the decay's share of it included: for them
 * it is too much where it is more than half of what the data ask for. The parameter that loses most is named.
 */
export function largeDecay(probe: DiagnosedProbe, subject: Subject): Observation[] {
  const { optimizer, parameters, paces, thresholds } = subject;
  if (optimizer === undefined) return [];
  const { step } = probe;
  const isDivided = DIVIDED.includes(optimizer.name);
  const pulls = parameters.flatMap(({ name: param, layer, role }, i) => {
    const decay = paces.decays[i] ?? 0;
    const rate = paces.rateOf(i, step);
    if (decay === 0 || !(rate > 0)) return [];
    const tensors = probe.layers.find(({ name }) => name === layer)?.tensors;
    const isProbed = role === "weight" || role === "embedding";
    const [weight, gradient] = isProbed ? [tensors?.weight, tensors?.weight_gradient] : [];
    if (!isDivided) return [{ param, layer, value: rate * decay * memoryOf(optimizer) }];
    const beside = (decay * (weight?.std ?? Number.NaN)) / (gradient?.std ?? Number.NaN);
    return Number.isFinite(beside) ? [{ param, layer, value: beside }] : [];
  });
  const [most] = pulls.toSorted((a, b) => b.value - a.value);
  if (most === undefined || !(most.value > (isDivided ? MOST_BESIDE : thresholds.weight_decay)))
    return [];
  const { param, layer, value } = most;
  const what = isDivided
    ? `on ${param} it is ${short(value)} times as strong as the gradient of the data at step ${grouped(step)}, and ${optimizer.name} follows their sum; lower weight_decay, or use adamw, which separates the two`
    : `it shrinks ${param} by ${percent(value)} per step at step ${grouped(step)}, where learning changes 0.1 %; lower weight_decay`;
  const message = `weight decay competes with learning: ${what}`;
  return [observation("weight-decay", { layer, param, step, value, message })];
}

/** Of what the data ask for. */
const MOST_BESIDE = 0.5;
const DIVIDED: readonly string[] = ["adam", "rmsprop", "adagrad"];

/** How often momentum applies the same pull in the end. */
function memoryOf(optimizer: NonNullable<Subject["optimizer"]>): number {
  if (optimizer.name !== "sgd" || optimizer.momentum === 0) return 1;
  return (1 - optimizer.dampening) / Math.max(1 - optimizer.momentum, Number.MIN_VALUE);
}
