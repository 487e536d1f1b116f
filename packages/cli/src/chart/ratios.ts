/** Update:data ratios of all parameters, a chart for each group. */
import { area, type Look, line, type Mark, MOST_SHOWN, type Point } from "@ablate/figures";
import type { SeriesInfo, StoreReader } from "@ablate/store";
import { cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Builder, pointWords, seedWords, windowOf } from "./curves.ts";
import type { Group } from "./groups.ts";
import { endsText, type Line, lineMarks, xAxisOf } from "./lines.ts";
import { labelLetters, type Panel } from "./panel.ts";
import { valuesOf, type Window } from "./read-series.ts";
import type { ChartRequest } from "./request.ts";

const RATIO = "log10_ratio:";
const GUIDE = -3;
const BAND = 0.12;
/** Below it there is rounding noise: biases in front of a batch norm. */
const LOWEST = -6;

export const ratios: Builder = (reader, groups, { request, look }) => {
  if (request.isLogY) throw new UsageError("--log-y: ratios are drawn as log10 already");
  const runs = groups.flatMap(({ runs: members }) => members);
  const window = windowOf(runs, request);
  const places = placesOf(reader, groups);
  const made = groups.map((group) => linesOf(reader, group, { request, window, places }));
  if (made.every(({ lines }) => lines.length === 0)) {
    throw new UsageError("these runs have no update:data ratios");
  }
  const range = request.y ?? rangeOf(made.flatMap(({ lines }) => lines));
  const panels = made.map(({ group, lines, band }): Panel => {
    const title = `${group.name}: log10 update:data`;
    const x = xAxisOf(lines, request);
    return {
      title,
      description: endsText(lines, title),
      x,
      y: { title, ...range, ...(request.y === null ? { interval: 1 } : {}) },
      marks: [
        ...bandMarks(band, [x.min, x.max], look),
        line(
          [
            [x.min, GUIDE],
            [x.max, GUIDE],
          ],
          look.guide,
        ),
        ...lineMarks(lines, look),
      ],
    };
  });
  const said =
    "the dashed line is the guide at −3, the shade where weights of hidden layers should be";
  return {
    title: "update:data ratios",
    panels,
    caption: `log10 of the update:data ratio of each parameter: ${seedWords(groups, request.band)}${pointWords(window)}; ${said}.`,
  };
};

type Made = {
  readonly group: Group;
  readonly lines: readonly Line[];
  readonly band: readonly [low: number, high: number] | null;
};

/** Gives each parameter its place in all charts. */
function placesOf(reader: StoreReader, groups: readonly Group[]): readonly string[] {
  const all = groups.flatMap(({ runs: [run] }) => reader.series(run.name));
  return [...new Set(all.map(({ series }) => series))].filter((one) => one.startsWith(RATIO));
}

type Asked = {
  readonly request: ChartRequest;
  readonly window: Window;
  readonly places: readonly string[];
};

function linesOf(reader: StoreReader, group: Group, { request, window, places }: Asked): Made {
  const all = reader.series(group.runs[0].name).filter(({ series }) => series.startsWith(RATIO));
  const named = request.series.map((name) => name.replace(/^(log10_)?ratio:/, ""));
  const wanted = all.filter(
    ({ series }) => named.length === 0 || named.includes(series.slice(RATIO.length)),
  );
  // Of many parameters those of which a verdict is fair.
  const chosen = wanted.length > MOST_SHOWN ? wanted.filter(({ low }) => low !== null) : wanted;
  const shown = (chosen.length > 0 ? chosen : wanted).slice(0, MOST_SHOWN);
  const labels = cutTogether(
    shown.map(({ series }) => series.slice(RATIO.length)),
    labelLetters(request) + 2,
  );
  const lines = shown.map(({ series }, i): Line => {
    return {
      label: labels[i] ?? "",
      place: places.indexOf(series),
      values: valuesOf(reader, group.runs, { series, window }),
    };
  });
  return { group, lines: lines.filter(({ values }) => values.length > 0), band: bandOf(all) };
}

function bandOf(all: readonly SeriesInfo[]): Made["band"] {
  const found = all.find(({ low, high }) => low !== null && high !== null);
  return found === undefined ? null : [found.low ?? 0, found.high ?? 0];
}

function bandMarks(band: Made["band"], [left, right]: Point, look: Look): readonly Mark[] {
  if (band === null) return [];
  const [low, high] = band;
  return [
    area(
      [
        [left, low],
        [right, low],
        [right, high],
        [left, high],
      ],
      look.band,
      BAND,
    ),
  ];
}

/** Gives all groups one axis; what is below any sense is cut off. */
function rangeOf(lines: readonly Line[]): { readonly min: number; readonly max: number } {
  const means = lines.flatMap(({ values }) => values.map(({ mean }) => mean));
  const [low, high] = [Math.min(...means), Math.max(...means)];
  return {
    min: Math.max(LOWEST, Math.min(GUIDE - 1, Math.floor(low))),
    max: Math.min(2, Math.max(GUIDE + 1, Math.ceil(high))),
  };
}
