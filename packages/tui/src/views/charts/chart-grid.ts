/** Small multiples: how many charts stand on a page, where, and under which headings. */
import { isMetric } from "@ablate/store";
import { prefixOf } from "../../data/shown-series.ts";
import type { ViewSettings } from "../../state/settings.ts";
import { GAP, shareOf } from "../../text/line.ts";
import type { Box } from "../plots.ts";

/** Charts that stand side by side, under the prefix of their names where these have several. */
export type ChartRow = {
  readonly heading: string | null;
  readonly series: readonly string[];
  /** Lines of its charts, without the heading. */
  readonly rows: number;
};

export type ChartPage = {
  readonly lines: readonly ChartRow[];
  /** Columns of each chart. */
  readonly columns: number;
  readonly across: number;
  /** The first of its charts among all. */
  readonly first: number;
  /** All charts that are on it. */
  readonly shown: readonly string[];
};

/** The least room of a chart; one that must do with less gets it. */
const LEAST_COLUMNS = 36;
const LEAST_ROWS = 9;
/** Rows of charts one below the other where a screen is low. */
const LOWEST = 7;

/** How many times as many columns as rows a chart has that is good to read. */
const SHAPE = 4;

/** From so many charts on, the prefixes of their names are headings. */
const WITH_HEADINGS = 5;

type GridSpec = {
  readonly metrics: readonly string[];
  readonly area: Box;
  /** The chart that has the keys: its page is shown. */
  readonly focus: number;
  readonly grid: ViewSettings["chartGrid"];
};

/** Returns the page of charts that has the focus. */
export function pageOf({ metrics, area, focus, grid }: GridSpec): ChartPage {
  const { across, down } = grid === null ? fitting(metrics.length, area) : wanted(grid, area);
  const least = Math.floor(area.rows / down);
  const rows = chartRows(metrics, across);
  let first = 0;
  let page: ChartRow[] = [];
  let free = area.rows;
  for (const row of rows) {
    const height = least + (row.heading === null ? 0 : 1);
    const count = page.flatMap(({ series }) => series).length;
    if (page.length > 0 && (height > free || page.length === down)) {
      if (focus < first + count) break;
      first += count;
      page = [];
      free = area.rows;
    }
    page.push(row);
    free -= height;
  }
  const shown = page.flatMap(({ series }) => series);
  const most = Math.max(1, ...page.map(({ series }) => series.length));
  const used = grid === null ? Math.min(across, most) : across;
  const columns = shareOf(area.columns, used);
  return { lines: filled(page, area.rows), columns, across: used, first, shown };
}

/** Shares the rows of a page among its charts. */
function filled(page: readonly ChartRow[], rows: number): ChartRow[] {
  const headings = page.filter(({ heading }) => heading !== null).length;
  const edge = (i: number) => Math.floor((i * (rows - headings)) / Math.max(1, page.length));
  return page.map((row, i) => ({ ...row, rows: edge(i + 1) - edge(i) }));
}

/** Arranges charts line by line; those of another prefix begin a line of their own. */
function chartRows(metrics: readonly string[], across: number): ChartRow[] {
  const nameOf = (series: string) => (isMetric(series) ? prefixOf(series) : "");
  const groups = Map.groupBy(metrics, nameOf);
  const hasHeadings = groups.size > 1 && metrics.length >= WITH_HEADINGS;
  if (!hasHeadings) return inLines(metrics, across, null);
  return [...groups].flatMap(([name, series]) => inLines(series, across, name || null));
}

function inLines(series: readonly string[], across: number, heading: string | null): ChartRow[] {
  return Array.from({ length: Math.ceil(series.length / across) }, (_, i) => ({
    heading: i === 0 ? heading : null,
    series: series.slice(i * across, (i + 1) * across),
    rows: 0,
  }));
}

/** Returns the columns and rows in which charts are easiest to read; where not all fit, as many as do. */
function fitting(charts: number, { columns, rows }: Box): { across: number; down: number } {
  const most = Math.max(1, Math.floor((columns + GAP) / (LEAST_COLUMNS + GAP)));
  const deepest = Math.max(1, Math.floor(rows / (rows < 3 * LEAST_ROWS ? LOWEST : LEAST_ROWS)));
  const options = Array.from({ length: most }, (_, i) => ({
    across: i + 1,
    down: Math.ceil(charts / (i + 1)),
  })).filter(({ down }) => down <= deepest);
  const misfit = ({ across, down }: { across: number; down: number }): number => {
    const shape = shareOf(columns, across) / (rows / down);
    return Math.abs(Math.log(shape / SHAPE)) + (across * down - charts) * 0.2;
  };
  const [best] = options.toSorted((a, b) => misfit(a) - misfit(b));
  return best ?? { across: most, down: deepest };
}

/** Returns the rows and columns that were chosen, or as many of them as fit. */
function wanted(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  area: Box,
): { across: number; down: number } {
  const most = Math.max(1, Math.floor((area.columns + GAP) / (NARROWEST + GAP)));
  return {
    across: Math.min(columns, most),
    down: Math.min(rows, Math.max(1, Math.floor(area.rows / LOWEST))),
  };
}

/** The narrowest chart in a grid that was chosen by hand. */
const NARROWEST = 24;
