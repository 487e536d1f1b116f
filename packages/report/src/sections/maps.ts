import { isFlat, type StoredLayer, type StoredProbe } from "@ablate/store";
import { bitsImage } from "../chart/bits-image.ts";
import { type Content, html } from "../html.ts";
import { panels } from "../layout/blocks.ts";
import { count, percent } from "../text/number.ts";
import { hiddenLayers, type Looked } from "./histograms.ts";

/** Which units are flat for which examples, at initialisation and at the end. */
export function saturationMaps(groups: readonly Looked[]): Content {
  return groups.map(({ name, looks }) => {
    const { first, last } = looks;
    const moments = first.step === last.step ? [first] : [first, last];
    const layers = hiddenLayers(first.layers).filter(({ saturation }) => saturation !== null);
    if (layers.length === 0) return null;
    const maps = layers.flatMap((layer) => moments.map((probe) => map(layer.name, probe)));
    return html`<h4>${name} <small>(${looks.run})</small></h4>${panels(maps)}`;
  });
}

function map(name: string, { step, layers }: StoredProbe): Content {
  const layer = layers.find((one) => one.name === name);
  const saturation = layer?.saturation;
  if (layer === undefined || !saturation) return null;
  const { examples, units, share } = saturation;
  const when = step === 0 ? "at initialisation" : `after ${count(step)} updates`;
  const text = `${name} ${when}: ${percent(share)} saturated, ${deadText(layer)}`;
  const source = bitsImage(units, examples, (unit, example) => isFlat(saturation, example, unit));
  return html`<figure><img class="map" src="${source}" width="${units}" height="${examples}" alt="Map of ${count(examples)} examples by ${count(units)} units: ${text}"><figcaption>${text}</figcaption></figure>`;
}

const NAMED = 12;

function deadText({ saturation }: StoredLayer): string {
  const dead = saturation?.dead ?? [];
  if (dead.length === 0) return "no unit dead";
  const more = dead.length > NAMED ? ` and ${count(dead.length - NAMED)} more` : "";
  return `${count(dead.length)} dead: ${dead.slice(0, NAMED).join(", ")}${more}`;
}
