/** Draws what a chart is asked to show. */
import { paperLook, type Sheet, sheetOf } from "@ablate/figures";
import type { RunSummary, StoreReader } from "@ablate/store";
import { type Builder, curves } from "./curves.ts";
import { effects } from "./effects.ts";
import { type Group, groupsOf, refuseMany } from "./groups.ts";
import { histograms } from "./histograms.ts";
import { layers } from "./layers.ts";
import { figureOf } from "./panel.ts";
import { ratios } from "./ratios.ts";
import type { ChartRequest, Kind } from "./request.ts";
import { together } from "./together.ts";

const BUILDERS: Readonly<Record<Kind, Builder>> = { curves, ratios, layers, histograms, effects };

/** What a part of a figure shows of which groups. */
export type Part = { readonly groups: readonly Group[]; readonly request: ChartRequest };

type Paper = { readonly sheet: Sheet; readonly caption: string };

/**
 * Lays out a chart of some runs on paper, and says in words what it shows.
 *
 * @throws UsageError - if the runs have nothing to show, or what is asked for is unknown
 */
export function drawChart(
  reader: StoreReader,
  selected: readonly RunSummary[],
  request: ChartRequest,
): Paper {
  return drawParts(reader, [{ groups: groupsOf(reader, selected, request), request }]);
}

/** Lays out charts of several kinds in one figure, of runs that are in groups already. @throws UsageError - as above */
export function drawParts(reader: StoreReader, parts: readonly [Part, ...Part[]]): Paper {
  const [{ request }] = parts;
  const look = paperLook(request);
  const drawn = parts.map((part) => {
    if (part.request.kind !== "effects") refuseMany(part.groups);
    const builder = part.request.together === null ? BUILDERS[part.request.kind] : together;
    return builder(reader, part.groups, { request: part.request, look });
  });
  const said = (texts: readonly string[], by: string): string => [...new Set(texts)].join(by);
  const whole = {
    title: said(
      drawn.map(({ title }) => title),
      "; ",
    ),
    panels: drawn.flatMap(({ panels }) => panels),
    caption: said(
      drawn.map(({ caption }) => caption),
      " ",
    ),
  };
  return { sheet: sheetOf(figureOf(whole, request), look), caption: whole.caption };
}
