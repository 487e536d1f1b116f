/** Frames and charts as text, for scripts, documents and other commands. */
import type { Glyphs } from "./chart/raster.ts";
import type { FirstCommand } from "./commands/table.ts";
import { Feed } from "./data/feed.ts";
import type { LogSource } from "./data/log-source.ts";
import { Session } from "./session/session.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "./state/settings.ts";
import type { Size } from "./state/state.ts";
import { show } from "./terminal/show.ts";
import type { Line } from "./text/line.ts";
import type { Theme } from "./text/theme.ts";
import { chartsOf } from "./views/run/run-view.ts";

type Showing = {
  readonly store: string;
  /** What the store is recorded from, in place of its name. */
  readonly source?: LogSource | undefined;
  readonly glyphs: Glyphs;
  readonly theme: Theme;
};

export type OnceOptions = Showing & {
  readonly size: Size;
  readonly view?: string | undefined;
  /** Exact name of the run that the view is about. */
  readonly run?: string | undefined;
  /** Runs to mark. */
  readonly marks?: readonly string[] | undefined;
  /** The grid to show; otherwise all. */
  readonly grid?: string | null | undefined;
  /** Shows runs, too, that are left from earlier plans. */
  readonly isAll?: boolean | undefined;
  /** What is carried out first. */
  readonly commands?: readonly FirstCommand[] | undefined;
};

/**
 * Draws one frame of the UI as text; no line is wider than the size.
 *
 * @throws StoreError - if the store cannot be read
 * @throws CommandError - if a command makes no sense
 */
export function drawOnce({
  view,
  run,
  marks = [],
  grid = null,
  isAll = false,
  commands = [],
  ...showing
}: OnceOptions): string {
  const settings: ViewSettings = {
    ...DEFAULT_SETTINGS,
    view: view ?? (run === undefined ? "runs" : "run"),
    isAll,
    grid,
    marks: run === undefined || view !== "charts" ? marks : [run],
    findingScope: run === undefined ? "marked" : "run",
  };
  return withSession({ settings, ...showing }, (session) => {
    if (run !== undefined) session.open(run);
    session.begin(commands);
    session.check(Number.POSITIVE_INFINITY);
    const { header, body, footer } = session.frame;
    return [...header, ...body, ...footer];
  });
}

/**
 * Draws the loss and the update:data ratios of a run as charts of `columns` columns.
 *
 * @throws StoreError - if the store cannot be read
 */
export function drawRunCharts({
  run,
  columns,
  ...showing
}: Showing & { readonly run: string; readonly columns: number }): string {
  const size = { columns, rows: 34 };
  const settings: ViewSettings = { ...DEFAULT_SETTINGS, view: "run" };
  return withSession({ size, settings, ...showing }, (session) => {
    session.open(run);
    const { canvas } = session;
    if (canvas.scene.run === undefined) return [];
    const [losses, ratios] = chartsOf(canvas, canvas.scene.run);
    return [...losses.lines, [], ...ratios.lines];
  });
}

/** Opens a session on a store and writes the lines that it draws. */
function withSession(
  { store, theme, ...options }: Showing & { readonly size: Size; readonly settings: ViewSettings },
  draw: (session: Session) => readonly Line[],
): string {
  const feed = new Feed(store, { source: options.source });
  try {
    const lines = draw(new Session({ ...options, depth: theme.depth, feed, annotate: () => "" }));
    const { glyphs } = options;
    return lines.map((one) => `${show(one, { theme, glyphs }).trimEnd()}\n`).join("");
  } finally {
    feed.close();
  }
}
