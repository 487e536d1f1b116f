/** The columns of the list of grids: what stands in each, how wide it is, and which give way. */
import type { RunState } from "@ablate/store";
import {
  count,
  cutTogether,
  duration,
  lossTexts,
  shortNumber,
  toMinute,
  widthOf,
} from "@ablate/text";
import type { GridColumnId, ListedGrid } from "../../data/grids.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { type Line, lineWidth, type Piece, piece } from "../../text/line.ts";
import { countStates, HEALTH_SIGNS, healthOf, STATE_SIGNS, troublesLine } from "../states.ts";
import { thatFit } from "../that-fit.ts";

const WIDEST_NAME = 40;
const WIDEST_BEST = 32;
const BAR = 10;

/** Cells of the words for all grids. */
const ALL_CELLS = 12;

export type Cell = {
  readonly id: GridColumnId;
  readonly title: string;
  readonly isRight: boolean;
  readonly width: number;
  readonly line: (row: ListedGrid) => Line;
};

type Spec = Omit<Cell, "width"> & {
  /** Those of low priority give way first. */
  readonly priority: number;
};

/** Chooses the columns that fit. */
export function layOut(
  rows: readonly ListedGrid[],
  everywhere: readonly ShownRun[],
  columns: number,
): readonly Cell[] {
  const cells = specsOf(rows).flatMap((spec) => {
    const widest = Math.max(0, ...rows.map((row) => lineWidth(spec.line(row))));
    const ofAll = spec.id === "runs" ? lineWidth(statesOf(everywhere)) : 0;
    const width = Math.max(widest, ofAll, widthOf(spec.title), spec.id === "grid" ? ALL_CELLS : 0);
    return widest === 0 ? [] : [{ ...spec, width }];
  });
  return thatFit(cells, { room: columns - 1, least: 1, priorityOf: ({ priority }) => priority });
}

function specsOf(rows: readonly ListedGrid[]): Spec[] {
  const names = byGrid(
    rows,
    cutTogether(
      rows.map(({ grid }) => grid),
      WIDEST_NAME,
    ),
  );
  const best = byGrid(
    rows,
    cutTogether(
      rows.map(({ best: run }) => run?.title ?? ""),
      WIDEST_BEST,
    ),
  );
  const titles = new Set(rows.map(({ metric }) => metric.title));
  const [title = ""] = titles;
  const values = byGrid(rows, valueTexts(rows));
  const spec = (
    id: GridColumnId,
    priority: number,
    line: Spec["line"],
    more: Partial<Spec> = {},
  ): Spec => ({
    ...{ id, title: id, priority, line, isRight: false },
    ...more,
  });
  return [
    spec("grid", 10, (row) => [signOf(row), piece(` ${names.get(row.grid) ?? ""}`)], {
      title: "  grid",
    }),
    spec("findings", 8, troublesLine, { title: "▲" }),
    spec("runs", 7, ({ runs }) => statesOf(runs)),
    spec("progress", 6, progressLine),
    spec(
      "left",
      5,
      ({ secondsLeft }) => [piece(secondsLeft === null ? "" : duration(secondsLeft), "accent")],
      { isRight: true },
    ),
    spec("lost", 5, ({ lost }) => (lost === 0 ? [] : [piece(`✗${lost}`, "bad")])),
    spec("best", 8, (row) => [piece(best.get(row.grid) ?? "")]),
    spec("value", 9, (row) => [{ text: values.get(row.grid) ?? "", bold: true }], {
      title: titles.size === 1 ? title : "value",
      isRight: true,
    }),
    spec("changed", 3, ({ changedAt }) => [
      piece(changedAt === null ? "" : toMinute(changedAt), "muted"),
    ]),
  ];
}

function byGrid(
  rows: readonly ListedGrid[],
  texts: readonly string[],
): ReadonlyMap<string, string> {
  return new Map(rows.map(({ grid }, i) => [grid, texts[i] ?? ""]));
}

/** Writes the values of the best runs, with the name of the metric where it is not the same in all grids. */
export function valueTexts(rows: readonly ListedGrid[]): string[] {
  const values = rows.map(({ best, metric }) => (best === null ? null : metric.value(best)));
  const areSame = new Set(rows.map(({ metric }) => metric.title)).size === 1;
  const isLoss = ({ metric }: ListedGrid): boolean => metric.unit === "nats";
  const loss = lossTexts(
    values.map((value, i) => (rows.slice(i, i + 1).some(isLoss) ? value : null)),
  );
  return rows.map((row, i) => {
    const value = values[i] ?? null;
    if (value === null) return "";
    const text = isLoss(row) ? loss(value) : shortNumber(value, 4);
    return areSame ? text : `${row.metric.title} ${text}`;
  });
}

/** Returns the sign of a grid: that something is trained, that it is sick, or that all of it has ended well. */
function signOf(row: ListedGrid): Piece {
  const { states, progress } = row;
  if (states.has("running")) return piece(STATE_SIGNS.running.sign, STATE_SIGNS.running.tone);
  const health = healthOf([row]);
  const ended = progress >= 1 ? STATE_SIGNS.finished : STATE_SIGNS.pending;
  const { sign, tone } = health === "fine" ? ended : HEALTH_SIGNS[health];
  return piece(sign, tone);
}

/** Signs of states in the order in which they are counted. */
const ORDER: readonly RunState[] = [
  "finished",
  "running",
  "pending",
  "stopped",
  "interrupted",
  "failed",
  "diverged",
];

/** Counts runs by the sign of their state. */
export function statesOf(runs: readonly ShownRun[]): Line {
  const counts = new Map(countStates(runs));
  const signs = new Map<string, Piece>();
  const numbers = new Map<string, number>();
  for (const state of ORDER) {
    const n = counts.get(state) ?? 0;
    const { sign, tone } = STATE_SIGNS[state];
    if (n === 0) continue;
    numbers.set(sign, (numbers.get(sign) ?? 0) + n);
    signs.set(sign, piece("", tone));
  }
  return [...signs].flatMap(([sign, style], i) => [
    ...(i === 0 ? [] : [piece(" ")]),
    { ...style, text: `${sign}${count(numbers.get(sign) ?? 0)}` },
  ]);
}

function progressLine({ progress, states }: ListedGrid): Line {
  const full = Math.min(BAR, Math.floor(progress * BAR));
  const isOn = states.has("running");
  const share = `${Math.floor(100 * progress)} %`.padStart(5);
  return [
    piece("━".repeat(full), isOn ? "accent" : "good"),
    piece("─".repeat(BAR - full), "muted"),
    piece(` ${share}`, progress >= 1 ? "muted" : "plain"),
  ];
}
