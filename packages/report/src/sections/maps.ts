/** Maps of which units are flat for which examples. */
import { crc32, deflateSync } from "node:zlib";
import { isFlat, type LayerProbe } from "@ablate/store";
import type { Probed } from "../data/facts.ts";
import { type Content, html } from "../html.ts";
import { numbers, rowsOf, spread, table } from "../layout/page.ts";
import { count, listed, percent } from "../text.ts";
import type { FlatWord } from "./flat.ts";
import { hiddenLayers } from "./histograms.ts";

const MOMENTS = ["first", "last"] as const;

type UnitMap = {
  readonly title: string;
  readonly moments: readonly { readonly layer: LayerProbe; readonly step: number }[];
};

/** Draws which units are flat for which examples, at initialisation and at the end; names maps that are empty. */
export function saturationMaps(
  groups: readonly Probed[],
  word: FlatWord,
  caption: string,
): Content {
  const maps = mapsOf(groups);
  const empty = maps.filter(isEmpty);
  const names = listed(empty.map(({ title }) => title));
  const said = empty.length === 0 ? null : html`<p>Nothing is ${word} in ${names}.</p>`;
  const drawn = drawnOf(maps).map(({ title, layer }) => saturationMap(title, layer, word));
  const columns = Math.max(1, ...maps.map(({ moments }) => moments.length));
  return html`${drawn.length === 0 ? null : spread(rowsOf(columns, drawn), caption)}${said}`;
}

/** Tables, a row for each map, how many units are flat for how many of the examples. */
export function mapTable(groups: readonly Probed[], word: FlatWord): Content {
  const drawn = drawnOf(mapsOf(groups));
  if (drawn.length === 0) return null;
  return table(
    `How many units are ${word} for how many of the examples.`,
    ["map", ...numbers(...PARTS.map(([text]) => text))],
    drawn.map(({ title, layer }) => [title, ...unitCounts(layer)]),
  );
}

function mapsOf(groups: readonly Probed[]): readonly UnitMap[] {
  return groups.flatMap(({ name, probes }) => {
    const moments = MOMENTS.slice(0, probes.first.step === probes.last.step ? 1 : 2);
    const layers = hiddenLayers(probes).filter(({ first }) => first.saturation !== null);
    return layers.map((pair) => ({
      title: `${name}, ${pair.first.name}`,
      moments: moments.map((moment) => ({ layer: pair[moment], step: probes[moment].step })),
    }));
  });
}

function isEmpty({ moments }: UnitMap): boolean {
  return moments.every(({ layer }) => !layer.saturation?.share);
}

type Drawn = { readonly title: string; readonly layer: LayerProbe };

function drawnOf(maps: readonly UnitMap[]): readonly Drawn[] {
  return maps
    .filter((map) => !isEmpty(map))
    .flatMap(({ title, moments }) =>
      moments.map(({ layer, step }) => {
        const when = step === 0 ? "at initialisation" : `after ${count(step)} updates`;
        return { title: `${title} ${when}`, layer };
      }),
    );
}

function saturationMap(title: string, { saturation }: LayerProbe, word: FlatWord): Content {
  if (!saturation) return null;
  const { examples, units, share, dead } = saturation;
  const text = `${title}: ${percent(share)} ${word}, ${deadText(dead)}`;
  const source = bitsImage(units, examples, (unit, example) => isFlat(saturation, example, unit));
  const alt = `Map of ${count(examples)} examples by ${count(units)} units`;
  return html`<figure><img class="map" src="${source}" width="${units}" height="${examples}" alt="${alt}"><figcaption>${text}</figcaption></figure>`;
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

/** Counts units by the share of the examples that they are flat for. */
function unitCounts({ saturation }: LayerProbe): readonly string[] {
  if (!saturation) return PARTS.map(() => "–");
  const { examples, units } = saturation;
  const shares = Array.from({ length: units }, (_, unit) => {
    const flat = Array.from({ length: examples }, (__, example) =>
      isFlat(saturation, example, unit),
    );
    return flat.filter((one) => one).length / examples;
  });
  return PARTS.map(([, most], i) => {
    const above = PARTS[i - 1]?.[1] ?? -1;
    return count(shares.filter((share) => share > above && share <= most).length);
  });
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
