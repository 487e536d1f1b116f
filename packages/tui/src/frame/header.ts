/** The header: where one is, as a path from the store to the run, how the runs are, and the tabs of the views. */
import { basename } from "node:path";
import { bytes, count, counted, middleEllipsis } from "@ablate/text";
import type { StoreSnapshot } from "../data/feed.ts";
import { readingText } from "../data/log-source.ts";
import type { ShownRun } from "../data/shown-run.ts";
import {
  cutLine,
  fitLine,
  justify,
  type Line,
  lineWidth,
  type Piece,
  piece,
} from "../text/line.ts";
import { VIEWS } from "../views/registry.ts";
import { countStates, HEALTH_SIGNS, STATE_SIGNS, sickRuns } from "../views/states.ts";
import type { FrameCanvas, View } from "../views/view.ts";

/** Draws the header of a view: where one is and how the runs are, and the tabs. */
export function headerLines(canvas: FrameCanvas, store: string, view: View): readonly Line[] {
  return [headLine(canvas, store, view), tabs(canvas, view)];
}

function headLine({ state, scene }: FrameCanvas, store: string, view: View): Line {
  const { snapshot, table } = scene;
  const { columns } = state.size;
  const trouble = snapshot.trouble ?? snapshot.logs?.trouble ?? null;
  if (trouble !== null) return fitLine([piece(` ${trouble}`, "bad")], columns);
  if (snapshot.waiting !== null) return fitLine([piece(` ${snapshot.waiting}`, "accent")], columns);
  if (snapshot.reading !== null) return fitLine(readingLine(snapshot, snapshot.reading), columns);
  const path = pathTo(scene, view, snapshot.logs?.title ?? basename(store));
  const isOfGrids = view.name === "grids";
  const shown = isOfGrids ? table.everywhere : table.matches;
  const counts: Line = [
    ...outside(scene, view),
    piece(`  ${countText(scene, shown, isOfGrids)}`),
    ...statesOf(shown),
  ];
  const size = snapshot.bytes === 0 ? [] : [piece(`${bytes(snapshot.bytes)}  `, "muted")];
  const live: Line = [livePiece(snapshot), piece(" ")];
  const briefly = lineWidth([leftPiece(table.left, 0)]);
  const room = columns - lineWidth(counts) - lineWidth(live) - briefly - 1;
  const crumbs = fitPath(path, room);
  const left: Line = [...crumbs, ...counts];
  const said = [...left, leftPiece(table.left, columns - lineWidth(left) - lineWidth(live))];
  const right = [...size, ...live];
  const fits = lineWidth(said) + lineWidth(right) < columns;
  return justify(said, fits ? right : [piece(" "), ...live], columns);
}

/** Says that only the first runs are read, which all that is counted is of. */
function readingLine({ runs }: StoreSnapshot, all: number): Line {
  return [
    piece(` ◌ reading ${counted(all, "run")}`, "accent"),
    piece(`: so far of the first ${count(runs.length)}`, "muted"),
  ];
}

/** Names the store, the grid, and the run that the view is about. */
function pathTo({ table, run }: FrameCanvas["scene"], view: View, store: string): string[] {
  if (view.name === "grids") return [store];
  const grids = new Set(table.matches.map(({ grid }) => grid));
  const [only = null] = grids.size === 1 ? grids : [];
  const grid = table.grid ?? (view.isOfOneRun === true ? (run?.grid ?? null) : only);
  const several = grids.size > 1 ? [`${grids.size} grids`] : [];
  const inGrid = grid === null ? several : [grid];
  if (view.isOfOneRun !== true || run === undefined) return [store, ...inGrid];
  return [store, ...inGrid, run.grid === grid ? run.title : run.name];
}

/** Says that a run is shown which the filter does not leave. */
function outside({ table, run }: FrameCanvas["scene"], { isOfOneRun }: View): Line {
  const isOut = isOfOneRun === true && run !== undefined && !table.matches.includes(run);
  return isOut ? [piece(" (not in the filter)", "warn")] : [];
}

/** Cells of what is shown, a file or a folder, in the header. */
const WIDEST_STORE = 40;

/** Draws a path, the last part in bold; where there is little room its beginning is left out. */
function fitPath([store = "", ...parts]: readonly string[], room: number): Line {
  const all = [middleEllipsis(store, WIDEST_STORE), ...parts];
  const drawn = all.map((_, first): Line => {
    const some = all.slice(first);
    return [
      piece(" "),
      ...some.flatMap((text, i): Line => {
        if (i === some.length - 1) return [{ text, bold: true }];
        return [piece(text, "muted"), piece(" › ", "muted")];
      }),
    ];
  });
  const last = drawn.at(-1) ?? [];
  return drawn.find((one) => lineWidth(one) <= room) ?? cutLine(last, Math.max(8, room));
}

function countText(
  { table }: FrameCanvas["scene"],
  shown: readonly ShownRun[],
  isAll: boolean,
): string {
  const n = shown.length;
  const all = isAll ? n : table.all.length;
  return n === all ? `${n} ${n === 1 ? "run" : "runs"}` : `${n} of ${all} runs`;
}

/** Counts runs by state, and those of which rules say that something is wrong. */
function statesOf(runs: readonly ShownRun[]): Line {
  const counts = countStates(runs).flatMap(([one, n]): Piece[] => [
    piece(" · ", "muted"),
    piece(`${n} ${one}`, STATE_SIGNS[one].tone),
  ]);
  const { errors, warnings } = sickRuns(runs);
  const sick = [
    [HEALTH_SIGNS.error, errors] as const,
    [HEALTH_SIGNS.warning, warnings] as const,
  ].flatMap(([{ sign, tone }, n]): Piece[] =>
    n === 0 ? [] : [piece(" · ", "muted"), piece(`${sign} ${n}`, tone)],
  );
  return [...counts, ...sick];
}

/** Says whether a run goes on, or how far logs are read before that is known. */
function livePiece({ isLive, logs }: StoreSnapshot): Piece {
  if (logs?.isReading === true) return piece(`◌ ${readingText(logs)}`, "accent");
  return isLive ? piece("● live", "good") : piece("○ idle", "muted");
}

/** Counts the runs that are left from earlier plans, and names the key that shows them. */
function leftPiece(count: number, room: number): Piece {
  if (count === 0) return piece("");
  const [long, short] = ["left from earlier plans", "left"].map(
    (text) => ` · ${count} ${text} (a)`,
  );
  return piece((long !== undefined && long.length < room ? long : short) ?? "", "warn");
}

/** Draws the tabs; where they do not fit, of all but the one that is shown their keys alone. */
function tabs({ state, scene }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  const { settings } = state;
  const names = (isBrief: boolean): Line =>
    VIEWS.map((one) => {
      const isShown = one === view;
      const text = isBrief && !isShown ? ` ${one.key} ` : ` ${one.key} ${one.title} `;
      return { text, bold: isShown, inverse: isShown, press: one.key };
    });
  const all = new Set(settings.marks);
  const marked = scene.table.all.filter(({ name }) => all.has(name)).length;
  const marks = marked === 0 ? "" : `${marked} marked  `;
  const isTyped = state.prompt?.kind === "filter";
  const filter = settings.filter === "" || isTyped ? "" : `/ ${settings.filter} `;
  const { mistake } = scene.table;
  const usual = [piece(marks, "accent"), piece(filter, "warn")];
  const right = mistake === null ? usual : [piece(`${mistake} `, "bad")];
  const long = names(false);
  if (lineWidth(long) + lineWidth(right) <= columns) return justify(long, right, columns);
  const brief = names(true);
  return justify(brief, cutLine(right, Math.max(0, columns - lineWidth(brief))), columns);
}
