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

const BUILDERS: Readonly<Record<Kind, Builder>> = { curves, ratios, layers, histograms, effects };

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
  return drawGroups(reader, groupsOf(reader, selected, request), request);
}

/** Does the same with runs that are in groups already. @throws UsageError - as above */
export function drawGroups(
  reader: StoreReader,
  groups: readonly Group[],
  request: ChartRequest,
): Paper {
  if (request.kind !== "effects") refuseMany(groups);
  const look = paperLook(request);
  const drawn = BUILDERS[request.kind](reader, groups, { request, look });
  return { sheet: sheetOf(figureOf(drawn, request), look), caption: drawn.caption };
}
