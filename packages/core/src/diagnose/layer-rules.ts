/** What is wrong with a layer as such: its output is constant, its units are all alike. */

import type { Histogram } from "../probe/histogram.ts";
import { type DiagnosedProbe, hiddenLayers, type LayerProbe } from "../probe/probe.ts";
import { grouped, type Observation, observation, short } from "./finding.ts";
import type { Subject } from "./subject.ts";

/**
 * `constant-layer`: a hidden layer has the same output for every example: all its weights are 0, or all its gamma, or
 * its activations have no spread at all. Not of layers behind one, which can do no better, nor of a layer of dead
 * units, which `dead-units` tells.
 */
export function constantLayers(probe: DiagnosedProbe): Observation[] {
  let isBehind = false;
  return hiddenLayers(probe).flatMap((layer) => {
    const why = whyConstant(layer, isBehind);
    if (why === null) return [];
    isBehind = true;
    const { name } = layer;
    const message = `${name} has the same output for every example: ${why.reason} at step ${grouped(probe.step)}; neither signal nor gradient passes it, ${why.advice}`;
    return [observation("constant-layer", { layer: name, step: probe.step, value: 0, message })];
  });
}

type Reason = { readonly reason: string; readonly advice: string };

function whyConstant(layer: LayerProbe, isBehind: boolean): Reason | null {
  const { tensors, norm, saturation, units } = layer;
  if (tensors.weight?.min === 0 && tensors.weight.max === 0) {
    return { reason: "all its weights are 0", advice: "draw them at random" };
  }
  if (norm !== null && norm.gamma.length > 0 && norm.gamma.every((gain) => gain === 0)) {
    const what = norm.batch === null ? "gain" : "gamma";
    return { reason: `all its ${what} are 0`, advice: `begin with a ${what} of 1` };
  }
  if (isBehind || tensors.activation?.std !== 0 || saturation?.dead.length === units) return null;
  return { reason: "its activations have no spread", advice: "scale its weights up" };
}

/**
 * `identical-units`: the units of a hidden layer are all the same, and so are their gradients, so that they stay
 * the same. Units are told apart by histograms alone: of n units that are the same every bin has a multiple of n.
 * By chance that happens to one bin in n; all bins of four histograms have to agree.
 */
export function identicalUnits(probe: DiagnosedProbe): Observation[] {
  return hiddenLayers(probe).flatMap((layer) => {
    const { name, units, tensors, saturation } = layer;
    const isFlat = tensors.activation?.std === 0 || saturation?.dead.length === units;
    const kinds = ["activation", "preactivation", "activation_gradient", "weight"] as const;
    const histograms = kinds.map((kind) => tensors[kind]?.histogram ?? null);
    if (units < 2 || isFlat || !histograms.every((one) => isOfEqual(one, units))) return [];
    const { step } = probe;
    const message = `all ${grouped(units)} units of ${name} are identical: they have the same weights and the same gradients at step ${grouped(step)} and will never differ; draw the weights at random`;
    return [observation("identical-units", { layer: name, step, value: units, message })];
  });
}

function isOfEqual(histogram: Histogram | null, units: number): boolean {
  return histogram?.counts.every((count) => count % units === 0) ?? false;
}

/** Fewer weights than these may have one sign by chance. */
const SEVERAL = 16;

/**
 * `one-sided-weights`: the mean of a hidden layer's weights is further from 0 than their standard deviation, so
 * that all units see nearly the same of what comes in. Around 0 it is 1/sqrt(n) of it. Information, since a
 * single hidden layer may do well with it; a warning of a network that underfits.
 */
export function oneSidedWeights(probe: DiagnosedProbe, { parameters }: Subject): Observation[] {
  return hiddenLayers(probe).flatMap(({ name: layer, tensors: { weight } }) => {
    const size = parameters.find((one) => one.layer === layer && one.role === "weight")?.size ?? 0;
    if (!weight || size < SEVERAL || weight.std === 0) return [];
    const value = Math.abs(weight.mean) / weight.std;
    if (!(value > 1)) return [];
    const side = weight.mean < 0 ? "negative" : "positive";
    const all = weight.min * weight.max > 0 ? "all" : "nearly all";
    const message = `weights of ${layer} are ${all} ${side}: mean ${short(weight.mean)}, std ${short(weight.std)} at step ${grouped(probe.step)}; its units compute about the same sum of their inputs, draw the weights around 0`;
    return [observation("one-sided-weights", { layer, step: probe.step, value, message })];
  });
}
