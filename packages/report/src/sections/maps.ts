import { isFlat, type StoredLayer, type StoredProbe } from "@ablate/store";
import { bitsImage } from "../chart/bits-image.ts";
import { type Content, html } from "../html.ts";
import { panels } from "../layout/blocks.ts";
import { count, percent } from "../text/number.ts";
import { hiddenLayers, type Looked } from "./histograms.ts";

/** Which units are flat for which examples, at initialisation and at the end. */
export function saturationMaps(groups: readonly Looked[]): Content {
  const maps = groups.flatMap(({ name, looks: { first, last } }) =>
    hiddenLayers(first.layers).flatMap((layer) => {
      const moments = first.step === last.step ? [first] : [first, last];
      return moments.map((probe) => map(`${name}, ${layer.name}`, { layer: layer.name, probe }));
    }),
  );
  return panels(maps.filter((one) => one !== null));
}

/** How high a row is, where a column is 1 wide. */
const ROW_HEIGHT = 2;

function map(
  title: string,
  { layer: name, probe }: { readonly layer: string; readonly probe: StoredProbe },
): Content {
  const layer = probe.layers.find((one) => one.name === name);
  const saturation = layer?.saturation;
  if (layer === undefined || !saturation) return null;
  const { examples, units, share } = saturation;
  const when = probe.step === 0 ? "at initialisation" : `after ${count(probe.step)} updates`;
  const text = `${title} ${when}: ${percent(share)} saturated, ${deadText(layer)}`;
  const source = bitsImage(units, examples, (unit, example) => isFlat(saturation, example, unit));
  const alt = `Map of ${count(examples)} examples by ${count(units)} units`;
  return html`<figure><img class="map" src="${source}" width="${units}" height="${ROW_HEIGHT * examples}" alt="${alt}"><figcaption>${text}</figcaption></figure>`;
}

const NAMED = 12;

function deadText({ saturation }: StoredLayer): string {
  const dead = saturation?.dead ?? [];
  if (dead.length === 0) return "no unit dead";
  const more = dead.length > NAMED ? ` and ${count(dead.length - NAMED)} more` : "";
  return `${count(dead.length)} dead: ${dead.slice(0, NAMED).join(", ")}${more}`;
}
