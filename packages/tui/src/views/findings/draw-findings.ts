/** What the rules say of the runs, the most serious first; the one under the cursor in full below. */

import type { Finding } from "@ablate/store";
import { clean, count, middleEllipsis, widthOf } from "@ablate/text";
import type { FindingList, FoundIn } from "../../data/findings.ts";
import type { ShownRun } from "../../data/shown-run.ts";
import { currentFilter } from "../../state/prompt.ts";
import { type Scene, scenePart } from "../../state/scene.ts";
import {
  fitLine,
  justify,
  type Line,
  line,
  type Piece,
  piece,
  restyle,
  type Tone,
} from "../../text/line.ts";
import { brief } from "../layers/numbers.ts";
import { wrap } from "../run/run-texts.ts";
import type { Canvas, Drawn, Sheet } from "../view.ts";
import { evidenceOf } from "./evidence.ts";

const LEVEL_SIGNS: Readonly<
  Record<Finding["level"], { readonly sign: string; readonly tone: Tone }>
> = {
  error: { sign: "✗", tone: "bad" },
  warning: { sign: "▲", tone: "warn" },
  info: { sign: "·", tone: "muted" },
};

export function drawFindings(canvas: Canvas): Drawn {
  const { scene, columns, rows } = canvas;
  const { list, at } = shownFindings(scene);
  const found = list.items[at];
  const sheet = (): Sheet => sheetOf(list.items);
  if (found === undefined) return { lines: nothing(canvas), sheet };
  const detail = rows < 8 ? [] : detailLines(found, columns);
  const room = Math.max(1, rows - 2 - detail.length);
  const first = Math.max(0, Math.min(at - Math.floor(room / 2), list.items.length - room));
  const grids = new Set(list.items.map(({ run }) => run.grid));
  const widths = widthsOf(list.items, { columns, isLong: grids.size > 1 });
  const body = list.items
    .slice(first, first + room)
    .map((one, i) => findingLine(one, widths, first + i === at));
  const filler = Array.from({ length: Math.max(0, room - body.length) }, (): Line => []);
  return {
    lines: [
      headLine(canvas),
      titles(widths, columns),
      ...body,
      ...(detail.length === 0 ? [] : [...filler, ...detail]),
    ].map((one) => fitLine(one, columns)),
    listRows: room,
    sheet,
  };
}

/** Counts the findings of each level, and says of which runs they are and what the filter leaves. */
function headLine({ scene, state, columns }: Canvas): Line {
  const { list } = shownFindings(scene);
  const counts = (["error", "warning", "info"] as const).flatMap((level): Piece[] => {
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
      ? `of ${clean(scene.run?.name ?? "one run")}`
      : `of ${runs} ${runs === 1 ? "run" : "runs"}${isOfMarked ? ", the marked ones" : ""}`;
  const left = list.items.length < list.total ? ` · ${list.items.length} of ${list.total}` : "";
  const filter = findingFilter === "" ? "" : ` / ${clean(findingFilter)} `;
  const right: Line =
    list.mistake !== null ? [piece(` ${list.mistake} `, "bad")] : [piece(filter, "warn")];
  return justify([...counts, piece(` ${of}${left}`, "muted")], right, columns);
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

function widthsOf(
  items: readonly FoundIn[],
  { columns, isLong }: { readonly columns: number; readonly isLong: boolean },
): Widths {
  const widest = (text: (one: FoundIn) => string, most: number) =>
    Math.min(most, Math.max(4, ...items.map((one) => widthOf(text(one)))));
  return {
    isLong,
    run: widest(
      ({ run }) => nameOf(run, isLong),
      Math.floor(columns * (columns < 100 ? 0.25 : 0.2)),
    ),
    rule: widest(({ finding }) => finding.rule, 22),
    where: columns < 60 ? 0 : widest(whereOf, 16),
    step: widest(({ finding }) => count(finding.step), 9),
    value: columns < 100 ? 0 : widest(({ finding }) => shownValue(finding), 8),
  };
}

function titles({ run, rule, where, step, value }: Widths, columns: number): Line {
  const cell = (text: string, width: number, isRight = false) =>
    width === 0 ? "" : `${isRight ? text.padStart(width) : text.padEnd(width)}  `;
  const text = [
    "   ",
    cell("run", run),
    cell("rule", rule),
    cell("where", where),
    cell("step", step, true),
    cell("value", value, true),
    "what",
  ].join("");
  return fitLine([piece(text, "muted")], columns);
}

function findingLine({ run, finding }: FoundIn, widths: Widths, isFocused: boolean): Line {
  const { sign, tone } = LEVEL_SIGNS[finding.level];
  const cell = (text: string, width: number, align: "left" | "right" = "left"): Line =>
    width === 0 ? [] : [...fitLine([piece(text)], width, align), piece("  ")];
  const found: Line = [
    piece(` ${sign} `, tone),
    ...cell(middleEllipsis(nameOf(run, widths.isLong), widths.run), widths.run),
    ...cell(clean(finding.rule), widths.rule),
    ...cell(whereOf({ run, finding }), widths.where),
    ...cell(finding.step === 0 ? "init" : count(finding.step), widths.step, "right"),
    ...cell(shownValue(finding), widths.value, "right"),
    piece(clean(finding.message)),
  ];
  return isFocused ? restyle(found, { inverse: true }) : found;
}

function nameOf({ name: run, title }: FoundIn["run"], isLong: boolean): string {
  return clean(isLong ? run : title);
}

function whereOf({ finding }: Pick<FoundIn, "finding"> & Partial<FoundIn>): string {
  return clean(finding.param ?? finding.layer ?? "");
}

function shownValue({ value }: Finding): string {
  return value === null ? "" : brief(value);
}

/** Writes the finding in full, and what enter does with it. */
function detailLines(found: FoundIn, columns: number): Line[] {
  const { run, finding } = found;
  const { tone } = LEVEL_SIGNS[finding.level];
  const words = `${clean(run.name)}: ${clean(finding.message)}`.split(" ");
  const message = wrap(words, columns - 2).slice(0, 3);
  return [
    [piece("─".repeat(columns), "muted")],
    ...message.map((one) => [piece(" "), ...one]),
    line(
      " ",
      piece(finding.level, tone),
      piece(
        ` · ${evidenceOf(found).text} · docs/diagnostics.md explains ${clean(finding.rule)}`,
        "muted",
      ),
    ),
  ];
}

function nothing({ columns, ...canvas }: Canvas): Line[] {
  const { list } = shownFindings(canvas.scene);
  const text =
    list.total > 0
      ? (list.mistake ?? `the filter leaves none of ${list.total} findings: esc takes it off`)
      : whyNothing(canvas);
  const wrapped = wrap(text.split(" "), columns - 2);
  return [[], ...wrapped.map((one) => [piece(" "), ...restyle(one, { tone: "muted" })])];
}

/** Says that nothing was found, or that no rule has judged the runs. */
function whyNothing({
  scene,
  state,
  findings,
}: Pick<Canvas, "scene" | "state" | "findings">): string {
  const isJudged = (run: ShownRun): boolean => run.state !== "pending" && findings.isDiagnosed(run);
  if (state.settings.findingScope === "run") {
    const { run } = scene;
    const name = clean(run?.name ?? "this run");
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
  ({ state, run, table, readers: { findings } }) => {
    const { findingScope, marks } = state.settings;
    const marked = table.matches.filter(({ name }) => marks.includes(name));
    const runs =
      findingScope === "run"
        ? [run].filter((one) => one !== undefined)
        : marked.length > 0
          ? marked
          : table.matches;
    const list = findings.list(runs, currentFilter(state, "findingFilter"));
    const at = list.items.findIndex(({ key }) => key === state.finding);
    return { list, at: at < 0 && list.items.length > 0 ? 0 : at };
  },
);
