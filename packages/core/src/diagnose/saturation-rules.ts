/** `saturated` and `dead-units`: where a nonlinearity is flat and passes on no gradient. */

import { type DiagnosedProbe, hiddenLayers, type LayerProbe } from "../probe/probe.ts";
import { type Level, type Observation, observation } from "./finding.ts";
import { grouped, percent } from "./number-text.ts";
import type { Subject } from "./subject.ts";

/** Units named in a message. */
const NAMED = 10;

/**
 * `saturated`: the share of a layer's activations beyond `record.probes.saturated` is above
 * `thresholds.saturated`. Of tanh only: half of relu's activations are 0 by design.
 */
export function saturated(probe: DiagnosedProbe, subject: Subject): Observation[] {
  if (subject.activation !== "tanh") return [];
  return hiddenLayers(probe).flatMap(({ name: layer, saturation }) => {
    const share = saturation?.share ?? 0;
    if (!(share > subject.thresholds.saturated)) return [];
    const message = `${layer} ${percent(share)} saturated: |tanh| > ${subject.saturatedBeyond} at step ${grouped(probe.step)}; hardly any gradient passes, scale its weights down`;
    return [observation("saturated", { layer, step: probe.step, value: share, message })];
  });
}

/**
 * `dead-units`: units that are flat for every example of the probe. Any are information, more than
 * `thresholds.dead_units` of a layer a warning, all of them an error: nothing below the layer learns.
 */
export function deadUnits(probe: DiagnosedProbe, subject: Subject): Observation[] {
  return hiddenLayers(probe).flatMap((layer) => {
    const count = layer.saturation?.dead.length ?? 0;
    if (count === 0) return [];
    const level = levelOf(count / layer.units, subject.thresholds.dead_units);
    const message = deadText(layer, probe.step, subject);
    return [
      observation("dead-units", {
        level,
        layer: layer.name,
        step: probe.step,
        value: count,
        message,
      }),
    ];
  });
}

function levelOf(share: number, most: number): Level {
  if (share === 1) return "error";
  return share > most ? "warning" : "info";
}

function deadText({ name, units, saturation }: LayerProbe, step: number, subject: Subject): string {
  const dead = saturation?.dead ?? [];
  const more = dead.length > NAMED ? ` and ${dead.length - NAMED} more` : "";
  const state = subject.activation === "relu" ? "0" : "saturated";
  const head =
    dead.length === units
      ? `all units of ${name} dead`
      : `${dead.length} of ${units} units of ${name} dead`;
  const names = dead.length === units ? "all" : `${dead.slice(0, NAMED).join(", ")}${more}`;
  const outcome =
    dead.length === units ? "nothing below can learn" : "they learn nothing from these";
  return `${head}: ${names} ${state} for every example of the probe at step ${grouped(step)}; ${outcome}`;
}
