/** Update:data ratios of parameters. */
import { type Axis, area, type Point, type Stroke, segment } from "../chart.ts";
import type { Look } from "../look.ts";
import { type Line, lineMarks } from "./lines.ts";
import type { Panel } from "./panel.ts";

/** What a parameter is, where that is known. */
export type ParameterKind = {
  readonly layer: string;
  readonly layerKind: string;
  readonly role: string;
};

export type RatioPanel = {
  readonly title: string;
  readonly description: string;
  readonly x: Axis;
  readonly range: Readonly<Record<"min" | "max", number>>;
  readonly lines: readonly Line[];
  /** log10 of the ratios between which weights of hidden layers are well. */
  readonly band: readonly [low: number, high: number] | null;
  readonly guides: readonly number[];
};

/** Below it there is rounding noise: biases in front of a batch norm. */
export const LOWEST_RATIO = -6;

const BAND = 0.13;

/** Draws a line for each parameter over the band in which its ratios are well. */
export function ratioPanel(
  { title, description, x, range, lines, band, guides }: RatioPanel,
  look: Look,
): Panel {
  const edges =
    band === null
      ? []
      : [x.min, x.max, x.max, x.min].map((at, i): Point => [at, band[i >> 1] ?? 0]);
  return {
    ...{ title, description, x },
    y: { title, ...range, ...(isWhole(range) ? { interval: 1 } : {}) },
    marks: [
      ...(band === null ? [] : [area(edges, look.band, BAND)]),
      ...guides.map((at) => segment([x.min, at], [x.max, at], look.guide)),
      ...lineMarks(lines),
    ],
  };
}

function isWhole({ min, max }: RatioPanel["range"]): boolean {
  return Number.isInteger(min) && Number.isInteger(max);
}

/** Returns one axis for charts of several groups; what is below or above any sense is cut off. */
export function ratioRange(lines: readonly Line[]): RatioPanel["range"] {
  const means = lines.flatMap(({ values }) => values.map(({ mean }) => mean));
  const drawn = means.filter((mean) => mean > LOWEST_RATIO);
  return {
    min: Math.min(-4, Math.floor(Math.min(...drawn))),
    max: Math.min(2, Math.max(-1, Math.ceil(Math.max(...drawn)))),
  };
}

/**
 * Returns lines in shades of grey: colours are of groups. What is judged by the band, weights of hidden layers, is
 * solid and darkest in the first layer; other parameters have dashes by what they are, a shade for each layer.
 */
export function parameterStrokes(
  parameters: readonly { readonly name: string; readonly kind: ParameterKind | undefined }[],
  look: Look,
): readonly Stroke[] {
  const isHidden = (at: number): boolean => parameters[at]?.kind?.layerKind === "hidden";
  const order = [...parameters.keys()].sort(
    (a, b) => Number(isHidden(b)) - Number(isHidden(a)) || a - b,
  );
  const layerAt = (at: number): string | undefined =>
    parameters[at]?.kind?.layer ?? parameters[at]?.name;
  const layers = [...new Set(order.map(layerAt))];
  return parameters.map(({ kind }, i) => {
    const place = layers.indexOf(layerAt(i));
    const color = look.shadeAt(place);
    if (isHidden(i) && kind?.role === "weight") return { color, dash: [], width: 2.2 };
    const isOutput = kind?.layerKind === "output" && kind.role === "weight";
    const dash = isOutput ? OUTPUT : DASHES[kind?.role ?? "other"];
    return { color, dash: dash ?? OTHERS[place % OTHERS.length] ?? [], width: 1.6 };
  });
}

const OUTPUT = [10, 3];
const DASHES: Readonly<Record<string, readonly number[]>> = {
  embedding: [2, 2],
  bias: [5, 3],
  gain: [1, 3],
  shift: [8, 2, 2, 2],
};
const OTHERS: readonly (readonly number[])[] = [[], OUTPUT, [5, 3], [2, 2]];
