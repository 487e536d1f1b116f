/** The live block as lines of text: no wider and no taller than the terminal. */
import { count, counted, cutTogether, duration, ellipsis, loss } from "@ablate/text";
import type { ActiveRun, GridView } from "./grid-progress.ts";

const WIDEST_BAR = 24;
const NARROWEST_BAR = 5;
const NARROWEST_NAME = 8;

/** Columns of a run in the order in which they give way where there is no room. */
const OPTIONAL = ["speed", "valid", "where", "steps", "left", "loss"] as const;

type Column = (typeof OPTIONAL)[number];

/** Columns in the order in which they are shown. */
const SHOWN: readonly Column[] = ["steps", "loss", "valid", "speed", "left", "where"];

/** The names of machines are cut to so many cells; what tells them apart stays. */
const WIDEST_HOST = 16;

type BlockOptions = {
  readonly columns: number;
  readonly rows: number;
  readonly isAscii: boolean;
};

/** Draws the block: one line for the grid and one for each run in training; the row of the cursor stays free. */
export function blockLines(view: GridView, { columns, rows, isAscii }: BlockOptions): string[] {
  const width = columns - 1;
  const height = rows - 1;
  if (width < 1 || height < 1) return [];
  const room = height - 1;
  const isFolded = view.active.length > room;
  const shown = view.active.slice(0, isFolded ? Math.max(0, room - 1) : room);
  const lines = [
    gridLine(view, width),
    ...runLines(shown, view.grid, width),
    ...(isFolded && room > 0 ? [`  +${view.active.length - shown.length} more`] : []),
  ];
  const fitted = lines.map((line) => ellipsis(line, width).trimEnd());
  return isAscii ? fitted.map(asAscii) : fitted;
}

function asAscii(line: string): string {
  return line.replaceAll("█", "#").replaceAll("░", "-").replaceAll("…", "~");
}

function gridLine(view: GridView, width: number): string {
  const { toTrain, ended, share } = view;
  const { speed, left } = paceTexts(view);
  const progress = [`${count(ended)}/${counted(toTrain, "run")}`, `${Math.floor(share * 100)}%`];
  const facts = present([...progress, left, speed]);
  while (facts.length > 1 && [view.grid, ...facts].join("  ").length > width) facts.pop();
  return withBar(view.grid, { share, facts, width });
}

type Line = { readonly share: number; readonly facts: readonly string[]; readonly width: number };

/** Draws the name, a bar as long as there is room, and the facts. */
function withBar(name: string, { share, facts, width }: Line): string {
  const free = width - [name, ...facts].join("  ").length - 2;
  const cells = free < NARROWEST_BAR ? 0 : Math.min(free, WIDEST_BAR);
  const room = width - facts.join("  ").length - 2;
  const full = Math.min(cells, Math.floor(share * cells));
  const bar = `${"█".repeat(full)}${"░".repeat(cells - full)}`;
  return [ellipsis(name, Math.max(NARROWEST_NAME, room)), ...present([bar]), ...facts].join("  ");
}

function runLines(runs: readonly ActiveRun[], grid: string, width: number): string[] {
  const names = runs.map(({ run }) =>
    run.startsWith(`${grid}/`) ? run.slice(grid.length + 1) : run,
  );
  const longest = 2 + Math.max(0, ...names.map((name) => name.length));
  const hosts = cutTogether(
    runs.map(({ host }) => host ?? ""),
    WIDEST_HOST,
  );
  const isSpread = hosts.some((host) => host !== "");
  const cells = runs.map((run, i) => {
    // Without a speed it may be waiting for a worker still.
    const isHere = isSpread && run.host === null && run.speed !== null;
    return { ...cellsOf({ ...run, host: hosts[i] || null }), ...(isHere ? { where: "here" } : {}) };
  });
  const widthOf = (column: Column): number =>
    Math.max(0, ...cells.map((texts) => texts[column].length));
  let columns = SHOWN.filter((column) => widthOf(column) > 0);
  const taken = (): number => columns.reduce((sum, one) => sum + 2 + widthOf(one), 0);
  for (const column of OPTIONAL) {
    if (Math.min(longest, NARROWEST_NAME * 2) + taken() <= width) break;
    columns = columns.filter((one) => one !== column);
  }
  const nameWidth = Math.max(1, Math.min(longest, width - taken()));
  const indent = "  ".slice(0, nameWidth - 1);
  const cut = cutTogether(names, nameWidth - indent.length);
  return runs.map(({ step, steps }, i) => {
    const name = `${indent}${cut[i] ?? ""}`.padEnd(nameWidth);
    const facts = columns.map((one) => inColumn(one, cells[i]?.[one] ?? "", widthOf(one)));
    return withBar(name, { share: steps === 0 ? 1 : step / steps, facts, width });
  });
}

/** Numbers end where their column does, words begin where it does. */
function inColumn(column: Column, text: string, width: number): string {
  return column === "where" ? text.padEnd(width) : text.padStart(width);
}

function cellsOf(run: ActiveRun): Readonly<Record<Column, string>> {
  const { step, steps, validLoss } = run;
  return {
    steps: `${count(step)}/${count(steps)}`,
    loss: run.loss === null ? "" : `loss ${loss(run.loss)}`,
    valid: validLoss === null ? "" : `valid ${loss(validLoss)}`,
    ...paceTexts(run),
    where: run.host === null ? "" : `on ${run.host}`,
  };
}

function paceTexts({ speed, secondsLeft }: Pick<GridView, "speed" | "secondsLeft">) {
  return {
    speed: speed === null ? "" : `${count(speed)} steps/s`,
    left: secondsLeft === null ? "" : `${duration(secondsLeft)} left`,
  };
}

function present(texts: readonly string[]): string[] {
  return texts.filter((text) => text !== "");
}

/** Writes one line about a run, without a bar. */
export function runText(run: ActiveRun): string {
  const texts = cellsOf(run);
  return [run.run, ...present(SHOWN.map((column) => texts[column]))].join("  ");
}

/** Writes one line about the grid, without a bar. */
export function gridText(view: GridView): string {
  const { grid, toTrain, ended, share, active } = view;
  const { speed, left } = paceTexts(view);
  const runs = `${grid}: ${count(ended)}/${counted(toTrain, "run")}`;
  const work = `${count(active.length)} at work`;
  return present([runs, `${Math.floor(share * 100)}%`, work, speed, left]).join("  ");
}
