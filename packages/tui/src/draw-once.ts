/** Frames and charts as text, for scripts, documents and other commands. */
import type { Glyphs } from "./chart/raster.ts";
import { Feed } from "./data/feed.ts";
import { Session } from "./session.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "./state/settings.ts";
import type { Size } from "./state/state.ts";
import { show } from "./terminal/show.ts";
import type { Theme } from "./text/theme.ts";
import { chartsOf } from "./views/run/draw-run.ts";

type Showing = { readonly store: string; readonly glyphs: Glyphs; readonly theme: Theme };

export type OnceOptions = Showing & {
  readonly size: Size;
  readonly view?: string | undefined;
  /** Exact name of the run that the view is about. */
  readonly run?: string | undefined;
};

/**
 * One frame of the UI as text, lines of which none is wider than the size.
 *
 * @throws StoreError - if the store cannot be read
 */
export function drawOnce({ store, size, view, run, ...showing }: OnceOptions): string {
  const settings: ViewSettings = {
    ...DEFAULT_SETTINGS,
    view: view ?? (run === undefined ? "runs" : "run"),
    marks: run === undefined || view !== "charts" ? [] : [run],
    findingScope: run === undefined ? "marked" : "run",
  };
  return withSession({ store, size, settings, ...showing }, (session) => {
    if (run !== undefined) session.open(run);
    const { header, body, footer } = session.frame;
    return textOf([...header, ...body, ...footer], showing);
  });
}

/**
 * The loss and the update:data ratios of a run as charts, so many columns wide.
 *
 * @throws StoreError - if the store cannot be read
 */
export function drawRunCharts({
  store,
  run,
  columns,
  ...showing
}: Showing & { readonly run: string; readonly columns: number }): string {
  const size = { columns, rows: 34 };
  return withSession(
    { store, size, settings: { ...DEFAULT_SETTINGS, view: "run" }, ...showing },
    (session) => {
      session.open(run);
      return textOf(chartsOf(session.canvas), showing);
    },
  );
}

function withSession<T>(
  {
    store,
    size,
    settings,
    glyphs,
  }: Showing & { readonly size: Size; readonly settings: ViewSettings },
  use: (session: Session) => T,
): T {
  const feed = new Feed(store);
  try {
    const annotate = (): string => "";
    return use(new Session({ feed, size, settings, glyphs, annotate }));
  } finally {
    feed.close();
  }
}

function textOf(
  lines: Session["frame"]["body"],
  showing: Pick<Showing, "theme" | "glyphs">,
): string {
  return lines.map((one) => `${show(one, showing).trimEnd()}\n`).join("");
}
