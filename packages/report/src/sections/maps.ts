import { isFlat, type LayerProbe, type Probe, type Saturation } from "@ablate/store";
import { bitsImage } from "../chart/bits-image.ts";
import { type Content, html } from "../html.ts";
import { panels } from "../layout/blocks.ts";
import { count, listed, percent } from "../text.ts";
import { hiddenLayers, type Probed, unitsTable } from "./histograms.ts";

/** Draws which units are flat for which examples, at initialisation and at the end; names maps that are empty. */
export function saturationMaps(groups: readonly Probed[]): Content {
  const pairs = groups.flatMap(({ name, probes: { first, last } }) =>
    hiddenLayers(first.layers)
      .filter(({ saturation }) => saturation !== null)
      .map((layer): Pair => {
        const probes = first.step === last.step ? [first] : [first, last];
        return { title: `${name}, ${layer.name}`, layer: layer.name, probes };
      }),
  );
  const [empty, drawn] = [pairs.filter(isEmpty), pairs.filter((pair) => !isEmpty(pair))];
  const names = listed(empty.map(({ title }) => title));
  const said = empty.length === 0 ? null : html`<p>Nothing is saturated in ${names}.</p>`;
  const maps = drawn.flatMap(({ title, layer, probes }) =>
    probes.map((probe) => map(title, { layer, probe })),
  );
  return html`${panels(maps)}${said}`;
}

/** A layer at one or two moments. */
type Pair = {
  readonly title: string;
  readonly layer: string;
  readonly probes: readonly Probe[];
};

function isEmpty({ layer, probes }: Pair): boolean {
  return probes.every(
    ({ layers }) => !layers.find(({ name }) => name === layer)?.saturation?.share,
  );
}

function map(
  title: string,
  { layer: name, probe }: { readonly layer: string; readonly probe: Probe },
): Content {
  const layer = probe.layers.find((one) => one.name === name);
  const saturation = layer?.saturation;
  if (layer === undefined || !saturation) return null;
  const { examples, units, share } = saturation;
  const when = probe.step === 0 ? "at initialisation" : `after ${count(probe.step)} updates`;
  const text = `${title} ${when}: ${percent(share)} saturated, ${deadText(layer)}`;
  const shares = Array.from({ length: units }, (_, unit) => flatShare(saturation, unit));
  const numbers = unitsTable(`${title} ${when}`, shares);
  const source = bitsImage(units, examples, (unit, example) => isFlat(saturation, example, unit));
  const alt = `Map of ${count(examples)} examples by ${count(units)} units`;
  return html`<div><figure><img class="map" src="${source}" width="${units}" height="${examples}" alt="${alt}"><figcaption>${text}</figcaption></figure>${numbers}</div>`;
}

/** Returns the share of the examples for which a unit is flat. */
function flatShare(saturation: Saturation, unit: number): number {
  let flat = 0;
  for (let example = 0; example < saturation.examples; example++) {
    if (isFlat(saturation, example, unit)) flat += 1;
  }
  return flat / saturation.examples;
}

const NAMED = 12;

function deadText({ saturation }: LayerProbe): string {
  const dead = saturation?.dead ?? [];
  if (dead.length === 0) return "no unit dead";
  const more = dead.length > NAMED ? ` and ${count(dead.length - NAMED)} more` : "";
  return `${count(dead.length)} dead: ${dead.slice(0, NAMED).join(", ")}${more}`;
}
