/** What the rules say of the runs, the most serious first; the one under the cursor in full below. */
import type { Finding } from "@ablate/store";
import {
  type Align,
  count,
  cutTogether,
  decimalsThatDiffer,
  ellipsis,
  widthOf,
} from "@ablate/text";
import { type FindingList, findingsOf, LEVELS } from "../../data/findings.ts";
import { fitTitles } from "../../data/labels.ts";
import type { FoundIn } from "../../data/run-reader.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import type { Table } from "../../data/table.ts";
import { currentFilter } from "../../state/prompt.ts";
import { type Scene, scenePart } from "../../state/scene.ts";
import {
  fitLine,
  justify,
  type Line,
  type Piece,
  piece,
  restyle,
  wrapped,
} from "../../text/line.ts";
import { brief } from "../layers/numbers.ts";
import type { Sign } from "../states.ts";
import { around, type Canvas, type Drawn, type Sheet } from "../view.ts";
import { evidenceOf } from "./evidence.ts";

const LEVEL_SIGNS: Readonly<Record<Finding["level"], Sign>> = {
  error: { sign: "✗", tone: "bad" },
  warning: { sign: "▲", tone: "warn" },
  info: { sign: "·", tone: "muted" },
};

export function drawFindings(canvas: Canvas): Drawn {
  const { scene, columns, rows } = canvas;
  const { list, at } = shownFindings(scene);
  const found = list.items[at];
  const sheet = (): Sheet => sheetOf(list.items);
  if (found === undefined)
    return {
      lines: [[], ...wrapped(whyNothing(canvas), columns - 2, "muted").map(indented)],
      sheet,
    };
  const detail = rows < 8 ? [] : detailLines(found, columns);
  const room = Math.max(1, rows - 2 - detail.length);
  const { items, first } = around(list.items, at, room);
  const values = valuesOf(items);
  const widths = widthsOf(list.items, columns, Math.max(4, ...[...values.values()].map(widthOf)));
  const cells = { ...cellsOf(items, widths, scene.table), values };
  const body = items.map((one, i) => findingLine(one, { widths, cells }, first + i === at));
  if (detail.length > 0) while (body.length < room) body.push([]);
  const lines = [headLine(canvas), titles(widths), ...body, ...detail];
  return { lines: lines.map((one) => fitLine(one, columns)), listRows: room, sheet };
}

function indented(text: Line): Line {
  return [piece(" "), ...text];
}

/** Counts the findings of each level, and says of which runs they are and what the filter leaves. */
function headLine({ scene, state, columns }: Canvas): Line {
  const { list } = shownFindings(scene);
  const counts = LEVELS.flatMap((level): Piece[] => {
    const n = list.items.filter(({ finding }) => finding.level === level).length;
    const { sign, tone } = LEVEL_SIGNS[level];
    const name = level === "info" || n === 1 ? level : `${level}s`;
    return n === 0 ? [] : [piece(` ${sign} ${n} ${name} `, tone)];
  });
  const runs = new Set(list.items.map(({ run }) => run.name)).size;
  const { findingFilter, findingScope, marks } = state.settings;
  const isOfMarked = scene.table.matches.some(({ name }) => marks.includes(name));
  const of =
    findingScope === "run"
      ? `of ${scene.run?.name ?? "one run"}`
      : `of ${runs} ${runs === 1 ? "run" : "runs"}${isOfMarked ? ", the marked ones" : ""}`;
  const left = list.items.length < list.total ? ` · ${list.items.length} of ${list.total}` : "";
  const filter = piece(findingFilter === "" ? "" : ` / ${findingFilter} `, "warn");
  const right = list.mistake === null ? filter : piece(` ${list.mistake} `, "bad");
  return justify([...counts, piece(` ${of}${left}`, "muted")], [right], columns);
}

type Widths = {
  /** Runs of several grids go by their whole names. */
  readonly isLong: boolean;
  readonly run: number;
  readonly rule: number;
  readonly where: number;
  readonly step: number;
  readonly value: number;
};

function widthsOf(items: readonly FoundIn[], columns: number, value: number): Widths {
  const isLong = new Set(items.map(({ run }) => run.grid)).size > 1;
  const widest = (text: (one: FoundIn) => string, most: number) =>
    Math.min(most, Math.max(4, ...items.map((one) => widthOf(text(one)))));
  const run = Math.floor(columns * (columns < 100 ? 0.25 : 0.2));
  return {
    isLong,
    run: widest((one) => nameOf(one, isLong), run),
    rule: widest(({ finding }) => finding.rule, 22),
    where: columns < 60 ? 0 : widest(whereOf, 16),
    step: widest(({ finding }) => count(finding.step), 9),
    value: columns < 100 ? 0 : value,
  };
}

function titles({ run, rule, where, step, value }: Widths): Line {
  const left = (text: string, width: number) => (width === 0 ? "" : `${text.padEnd(width)}  `);
  const right = (text: string, width: number) => (width === 0 ? "" : `${text.padStart(width)}  `);
  const ofRun = `${left("run", run)}${left("rule", rule)}${left("where", where)}`;
  return [piece(`   ${ofRun}${right("step", step)}${right("value", value)}what`, "muted")];
}

/** What is written in the columns whose texts are cut together. */
type Cells = {
  /** By the names of runs. */
  readonly runs: ReadonlyMap<string, string>;
  /** By themselves. */
  readonly wheres: ReadonlyMap<string, string>;
  /** By the keys of findings. */
  readonly values: ReadonlyMap<string, string>;
};

function cellsOf(
  items: readonly FoundIn[],
  { run: width, where, isLong }: Widths,
  table: Table,
): Omit<Cells, "values"> {
  const runs = [...new Map(items.map(({ run }) => [run.name, run])).values()];
  const named = runs.map((run) => ({ title: isLong ? run.name : run.title, members: [run] }));
  const names = fitTitles(named, width, table);
  const wheres = [...new Set(items.map(whereOf))];
  const cut = cutTogether(wheres, Math.max(1, where), ellipsis);
  return {
    runs: new Map(runs.map(({ name }, i) => [name, names[i] ?? name])),
    wheres: new Map(wheres.map((text, i) => [text, cut[i] ?? text])),
  };
}

function findingLine(
  found: FoundIn,
  { widths, cells }: { readonly widths: Widths; readonly cells: Cells },
  isFocused: boolean,
): Line {
  const { finding } = found;
  const { sign, tone } = LEVEL_SIGNS[finding.level];
  const cell = (text: string, width: number, align: Align = "left"): Line =>
    width === 0 ? [] : [...fitLine([piece(text)], width, align), piece("  ")];
  const text: Line = [
    piece(` ${sign} `, tone),
    ...cell(cells.runs.get(found.run.name) ?? "", widths.run),
    ...cell(finding.rule, widths.rule),
    ...cell(cells.wheres.get(whereOf(found)) ?? "", widths.where),
    ...cell(finding.step === 0 ? "init" : count(finding.step), widths.step, "right"),
    ...cell(cells.values.get(found.key) ?? "", widths.value, "right"),
    piece(found.cause === null ? finding.message : `so: ${finding.message}`),
  ];
  return isFocused ? restyle(text, { inverse: true }) : text;
}

function nameOf({ run }: FoundIn, isLong: boolean): string {
  return isLong ? run.name : run.title;
}

function whereOf({ finding }: FoundIn): string {
  return finding.param ?? finding.layer ?? "";
}

/** Writes the values of findings, by their keys, in as many digits as tell them apart. */
function valuesOf(items: readonly FoundIn[]): ReadonlyMap<string, string> {
  const text = decimalsThatDiffer(
    items.map(({ finding }) => finding.value),
    (value, more) => (typeof value === "number" ? brief(value, more) : ""),
  );
  return new Map(items.map(({ key, finding }) => [key, text(finding.value)]));
}

/** Writes the finding in full, what it follows from, and what enter does with it. */
function detailLines(found: FoundIn, columns: number): Line[] {
  const { run, finding, cause } = found;
  const { tone } = LEVEL_SIGNS[finding.level];
  const follows = cause === null ? "" : ` (follows from: ${cause.message.split(": ")[0]})`;
  const message = wrapped(`${run.name}: ${finding.message}${follows}`, columns - 2);
  const more = ` · ${evidenceOf(found).text} · docs/diagnostics.md explains ${finding.rule}`;
  return [
    [piece("─".repeat(columns), "muted")],
    ...message.slice(0, 3).map(indented),
    [piece(" "), piece(finding.level, tone), piece(more, "muted")],
  ];
}

/** Says that a filter leaves nothing, that nothing was found, or that no rule has judged the runs. */
function whyNothing({ scene, state, stored }: Canvas): string {
  const { total, mistake } = shownFindings(scene).list;
  if (total > 0) return mistake ?? `the filter leaves none of ${total} findings: esc takes it off`;
  const isJudged = (run: ShownRun): boolean => run.state !== "pending" && stored.isDiagnosed(run);
  if (state.settings.findingScope === "run") {
    const { run } = scene;
    const name = run?.name ?? "this run";
    const isSo = run !== undefined && isJudged(run);
    return `${isSo ? `nothing was found in ${name}` : `no rule has judged ${name}`}: tab lists those of all runs`;
  }
  return scene.table.matches.some(isJudged)
    ? "the rules have found nothing in these runs"
    : "no rule has judged any of these runs";
}

function sheetOf(items: readonly FoundIn[]): Sheet {
  return {
    columns: ["run", "level", "rule", "layer", "param", "step", "value", "message"],
    rows: items.map(({ run, finding }) => [
      ...[run.name, finding.level, finding.rule, finding.layer, finding.param],
      ...[finding.step, finding.value, finding.message],
    ]),
  };
}

export type ShownFindings = { readonly list: FindingList; readonly at: number };

/** Lists the findings of one run, or of the marked runs that the filter leaves, without marks of all of them. */
export const shownFindings: (scene: Scene) => ShownFindings = scenePart(
  ({ state, run, table, readers }) => {
    const { findingScope, marks } = state.settings;
    const marked = table.matches.filter(({ name }) => marks.includes(name));
    const several = marked.length > 0 ? marked : table.matches;
    const runs = findingScope === "run" ? [run].filter((one) => one !== undefined) : several;
    const list = findingsOf(runs, currentFilter(state, "findingFilter"), readers.stored);
    const at = list.items.findIndex(({ key }) => key === state.finding);
    return { list, at: at < 0 && list.items.length > 0 ? 0 : at };
  },
);
