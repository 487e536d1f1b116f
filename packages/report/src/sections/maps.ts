/** Maps of which units are flat for which examples. */
import { crc32, deflateSync } from "node:zlib";
import { isFlat, type LayerProbe } from "@ablate/store";
import type { Probed } from "../data/facts.ts";
import { type Content, type Html, html } from "../html.ts";
import { details, numbers, panels, table } from "../layout/page.ts";
import { count, listed, percent } from "../text.ts";
import { hiddenLayers } from "./histograms.ts";

const MOMENTS = ["first", "last"] as const;

/** Draws which units are flat for which examples, at initialisation and at the end; names maps that are empty. */
export function saturationMaps(groups: readonly Probed[]): Content {
  const maps = groups.flatMap(({ name, probes }) => {
    const moments = MOMENTS.slice(0, probes.first.step === probes.last.step ? 1 : 2);
    const layers = hiddenLayers(probes).filter(({ first }) => first.saturation !== null);
    return layers.map((pair) => ({
      title: `${name}, ${pair.first.name}`,
      moments: moments.map((moment) => ({ layer: pair[moment], step: probes[moment].step })),
    }));
  });
  const isEmpty = ({ moments }: (typeof maps)[number]): boolean =>
    moments.every(({ layer }) => !layer.saturation?.share);
  const empty = maps.filter(isEmpty);
  const names = listed(empty.map(({ title }) => title));
  const said = empty.length === 0 ? null : html`<p>Nothing is saturated in ${names}.</p>`;
  const drawn = maps
    .filter((map) => !isEmpty(map))
    .flatMap(({ title, moments }) =>
      moments.map(({ layer, step }) => {
        const when = step === 0 ? "at initialisation" : `after ${count(step)} updates`;
        return saturationMap(`${title} ${when}`, layer);
      }),
    );
  return html`${panels(drawn)}${said}`;
}

function saturationMap(title: string, { saturation }: LayerProbe): Content {
  if (!saturation) return null;
  const { examples, units, share, dead } = saturation;
  const isSet = (unit: number, example: number) => isFlat(saturation, example, unit);
  const shares = Array.from({ length: units }, (_, unit) => {
    const flat = Array.from({ length: examples }, (__, example) => isSet(unit, example));
    return flat.filter((one) => one).length / examples;
  });
  const text = `${title}: ${percent(share)} saturated, ${deadText(dead)}`;
  const source = bitsImage(units, examples, isSet);
  const alt = `Map of ${count(examples)} examples by ${count(units)} units`;
  return html`<div><figure><img class="map" src="${source}" width="${units}" height="${examples}" alt="${alt}"><figcaption>${text}</figcaption></figure>${unitsTable(title, shares)}</div>`;
}

const NAMED = 12;

function deadText(dead: Int32Array): string {
  if (dead.length === 0) return "no unit dead";
  const more = dead.length > NAMED ? ` and ${count(dead.length - NAMED)} more` : "";
  return `${count(dead.length)} dead: ${dead.slice(0, NAMED).join(", ")}${more}`;
}

const PARTS: readonly (readonly [text: string, most: number])[] = [
  ["no example", 0],
  ["up to a tenth of them", 0.1],
  ["up to half of them", 0.5],
  ["up to nine tenths", 0.9],
  ["more, but not all", 1 - 1e-9],
  ["all of them: dead", 1],
];

/** Tables how many units of a saturation map are flat for how many of the examples, folded. */
function unitsTable(title: string, shares: readonly number[]): Html {
  const rows = PARTS.map(([text, most], i) => {
    const above = PARTS[i - 1]?.[1] ?? -1;
    return [text, count(shares.filter((share) => share > above && share <= most).length)];
  });
  const caption = `${title}: units by the share of the examples that they are flat for.`;
  return details("the map in numbers", table(caption, ["flat for", ...numbers("units")], rows));
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Draws bits as a PNG of one bit per pixel, black where `isSet`; returns a data URI. */
export function bitsImage(
  width: number,
  height: number,
  isSet: (column: number, row: number) => boolean,
): string {
  const rowBytes = 1 + Math.ceil(width / 8);
  const pixels = new Uint8Array(rowBytes * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      if (isSet(column, row)) continue;
      const at = row * rowBytes + 1 + (column >> 3);
      pixels[at] = (pixels[at] ?? 0) | (0x80 >> (column & 7));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1; // bit depth; the rest is 0: greyscale, no interlace
  const file = Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return `data:image/png;base64,${file.toString("base64")}`;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
