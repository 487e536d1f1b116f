/** Update:data ratios of all parameters, a chart for each group. */
import {
  type Line,
  type Look,
  MOST_SHOWN,
  type Panel,
  parameterStrokes,
  ratioPanel,
  ratioRange,
} from "@ablate/figures";
import type { SeriesInfo, StoreReader } from "@ablate/store";
import { cutTogether } from "@ablate/text";
import { UsageError } from "../command-line/errors.ts";
import { type Builder, pointWords, seedWords, windowOf } from "./curves.ts";
import type { Group } from "./groups.ts";
import { endsText, xAxisOf } from "./lines.ts";
import { labelLetters } from "./panel.ts";
import { valuesOf, type Window } from "./read-series.ts";
import type { ChartRequest } from "./request.ts";

const RATIO = "log10_ratio:";
const GUIDE = -3;

export const ratios: Builder = (reader, groups, { request, look }) => {
  if (request.isLogY) throw new UsageError("--log-y: ratios are drawn as log10 already");
  const runs = groups.flatMap(({ runs: members }) => members);
  const window = windowOf(runs, request);
  const made = groups.map((group) => linesOf(reader, group, { request, window, look }));
  if (made.every(({ lines }) => lines.length === 0)) {
    throw new UsageError("these runs have no update:data ratios");
  }
  const range = request.y ?? ratioRange(made.flatMap(({ lines }) => lines));
  const panels = made.map(({ group, lines, band }): Panel => {
    const title = `${group.name}: log10 update:data`;
    const description = endsText(lines, title);
    const x = xAxisOf(lines, request);
    return ratioPanel({ title, description, x, range, lines, band, guides: [GUIDE] }, look);
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

type Asked = {
  readonly request: ChartRequest;
  readonly window: Window;
  readonly look: Look;
};

function linesOf(reader: StoreReader, group: Group, { request, window, look }: Asked): Made {
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
  const kinds = new Map(
    reader.parameters(group.runs[0].name).map((one) => [one.name, one] as const),
  );
  const strokes = parameterStrokes(
    shown.map(({ series }) => {
      const name = series.slice(RATIO.length);
      return { name, kind: kinds.get(name) };
    }),
    look,
  );
  const lines = shown.map(({ series }, i): Line => {
    const values = valuesOf(reader, group.runs, { series, window });
    return { label: labels[i] ?? "", stroke: strokes[i] ?? look.guide, values };
  });
  return { group, lines: lines.filter(({ values }) => values.length > 0), band: bandOf(all) };
}

function bandOf(all: readonly SeriesInfo[]): Made["band"] {
  const found = all.find(({ low, high }) => low !== null && high !== null);
  return found === undefined ? null : [found.low ?? 0, found.high ?? 0];
}
