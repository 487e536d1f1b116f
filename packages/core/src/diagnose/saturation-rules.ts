/** `saturated` and `dead-units`: where a nonlinearity is flat and passes on no gradient. */

import { type DiagnosedProbe, hiddenLayers, type LayerProbe } from "../probe/probe.ts";
import { saturationAdvice } from "./culprits.ts";
import { grouped, type Observation, observation, percent } from "./finding.ts";
import { flatText, hasTwoEnds } from "./nonlinearities.ts";
import type { Subject } from "./subject.ts";

/** Units named in a message. */
const NAMED = 10;

/**
 * `saturated`: the share of a layer's activations beyond `record.probes.saturated` is above
 * `thresholds.saturated`. Of tanh and sigmoid only: half of relu's activations are 0 by design, and the others are flat on
 * one side, too.
 */
export function saturated(probe: DiagnosedProbe, subject: Subject): Observation[] {
  return saturatedLayers(probe, subject, (one) => saturationAdvice(probe, one, subject));
}

/** What these rules ask of a run. */
export type Saturable = Pick<Subject, "thresholds" | "saturatedBeyond" | "nonlinearityOf">;

/** The same, with what is to be done about a layer. */
export function saturatedLayers(
  probe: DiagnosedProbe,
  subject: Saturable,
  adviceOn: (layer: LayerProbe) => string,
): Observation[] {
  return hiddenLayers(probe).flatMap((one) => {
    const { name: layer } = one;
    const nonlinearity = subject.nonlinearityOf(layer);
    const share = one.saturation?.share ?? 0;
    if (!hasTwoEnds(nonlinearity) || !(share > subject.thresholds.saturated)) return [];
    const name = nonlinearity === "sigmoid" ? "2 sigmoid - 1" : nonlinearity;
    const message = `${layer} ${percent(share)} saturated: |${name}| > ${subject.saturatedBeyond} at step ${grouped(probe.step)}; hardly any gradient passes, ${adviceOn(one)}`;
    return [observation("saturated", { layer, step: probe.step, value: share, message })];
  });
}

/**
 * `dead-units`: units that are flat for every example of the probe. Any are information, more than
 * `thresholds.dead_units` of a layer a warning, all of them an error: nothing below the layer learns.
 */
export function deadUnits(
  probe: DiagnosedProbe,
  subject: Saturable & { readonly advice?: string },
): Observation[] {
  const { step } = probe;
  return hiddenLayers(probe).flatMap((one) => {
    const { name: layer, units, saturation } = one;
    const value = saturation?.dead.length ?? 0;
    if (value === 0) return [];
    const isMost = value / units > subject.thresholds.dead_units;
    // Past a block that adds nothing the gradient goes on.
    const isCut = value === units && one.tensors.stream === undefined;
    const level = isCut ? "error" : isMost ? "warning" : "info";
    const isHarm = level !== "info" && subject.advice !== undefined;
    const advice = isHarm ? `, ${subject.advice}` : "";
    const message = `${deadText(one, step, subject)}${advice}`;
    return [observation("dead-units", { level, layer, step, value, message })];
  });
}

function deadText(
  { name, units, saturation, tensors }: LayerProbe,
  step: number,
  subject: Saturable,
): string {
  const dead = saturation?.dead ?? [];
  const state = flatText(subject.nonlinearityOf(name));
  const when = `${state} for every example of the probe at step ${grouped(step)}`;
  if (dead.length === units) {
    const what =
      tensors.stream === undefined ? "nothing below can learn" : "its block adds nothing";
    return `all units of ${name} dead: all ${when}; ${what}`;
  }
  const more = dead.length > NAMED ? ` and ${dead.length - NAMED} more` : "";
  const names = `${dead.slice(0, NAMED).join(", ")}${more}`;
  return `${dead.length} of ${units} units of ${name} dead: ${names} ${when}; they learn nothing from these`;
}
