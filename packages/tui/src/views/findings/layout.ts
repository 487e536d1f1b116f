/** The columns of the view Findings: what is written in them, and how wide they are. */
import { heldText } from "@ablate/store";
import { count, cutTogether, decimalsThatDiffer, ellipsis, widthOf } from "@ablate/text";
import type { FindingRow } from "../../data/findings.ts";
import { fitTitles } from "../../data/labels.ts";
import { type Line, piece } from "../../text/line.ts";
import { brief } from "../brief.ts";

import type { Canvas } from "../view.ts";
import { isGroup } from "./shown-findings.ts";

/** Cells of the columns. */
type Widths = {
  readonly run: number;
  readonly rule: number;
  readonly where: number;
  readonly step: number;
  readonly value: number;
};

export type Texts = {
  readonly run: string;
  readonly where: string;
  readonly step: string;
  readonly value: string;
};

/** From so many columns on there is room for the place and the value of a finding, which its message has, too. */
const WITH_ALL = 150;

/** Cells of a rule where the message needs the room. */
const SHORT_RULE = 13;

/** Before the runs of a group. */
const INDENT = "  ";

export const NO_TEXTS: Texts = { run: "", where: "", step: "", value: "" };

export type Layout = {
  readonly widths: Widths;
  /** What is written in each line on the screen, by its key. */
  readonly texts: ReadonlyMap<string, Texts>;
  /** Whether a line can be unfolded. */
  readonly hasGroups: boolean;
};

/** Lays out the lines on the screen; columns are as wide as all that are listed need. */
export function layOut(
  { columns, scene: { table } }: Canvas,
  listed: readonly FindingRow[],
  shown: readonly FindingRow[],
): Layout {
  const isLong = new Set(listed.map(({ about: { members } }) => members[0]?.grid)).size > 1;
  const title = ({ about: { title: own, members } }: FindingRow): string =>
    isLong && members.length === 1 ? (members[0]?.name ?? own) : own;
  const widest = (text: (row: FindingRow) => string, most: number): number =>
    Math.min(most, Math.max(4, ...listed.map((row) => widthOf(text(row)))));
  const most = Math.floor(columns * (columns < 100 ? 0.25 : 0.2));
  const values = valuesOf(shown);
  const isNarrow = columns < 70;
  const extra = Math.max(
    0,
    ...listed.map((row) => (row.isInGroup ? INDENT.length : 0) + aboutText("", row).length),
  );
  const widths: Widths = {
    run: widest(title, Math.max(4, most - extra)) + extra,
    rule: widest(({ said }) => said.rule, columns < WITH_ALL ? SHORT_RULE : 22),
    where: columns < WITH_ALL ? 0 : widest(whereOf, 16),
    step: widest((row) => stepsOf(row, isNarrow), 18),
    value: columns < WITH_ALL ? 0 : Math.max(5, ...[...values.values()].map(widthOf)),
  };
  const called = shown.map((row) => ({ title: title(row), members: row.about.members }));
  const names = fitTitles(called, widths.run - extra, table);
  const wheres = cutTogether(shown.map(whereOf), Math.max(1, widths.where), ellipsis);
  const texts = shown.map((row, i): [string, Texts] => {
    const run = `${row.isInGroup ? INDENT : ""}${aboutText(names[i] ?? "", row)}`;
    const where = wheres[i] ?? "";
    return [
      row.key,
      { run, where, step: stepsOf(row, isNarrow), value: values.get(row.key) ?? "" },
    ];
  });
  return { widths, texts: new Map(texts), hasGroups: listed.some(isGroup) };
}

/** Adds of how many runs a line is, and of how many of them it holds. */
export function aboutText(title: string, { about: { members }, found }: FindingRow): string {
  if (members.length < 2) return title;
  const isAll = found.length === members.length;
  return `${title} ${isAll ? `×${members.length}` : `${found.length} of ${members.length}`}`;
}

function whereOf({ said }: FindingRow): string {
  return said.param ?? said.layer ?? "";
}

/** Writes since when a finding holds and, where there is room, when its value was measured. */
function stepsOf({ said }: FindingRow, isNarrow: boolean): string {
  if (!isNarrow) return heldText(said);
  return said.since[0] === 0 ? "init" : count(said.since[0]);
}

/** Writes values by the keys of their lines, in as many digits as tell them apart; of groups from the least to the most. */
function valuesOf(rows: readonly FindingRow[]): ReadonlyMap<string, string> {
  const text = decimalsThatDiffer(
    rows.flatMap(({ said: { values } }) => values ?? []),
    (value, more) => (typeof value === "number" ? brief(value, more) : ""),
  );
  return new Map(
    rows.map(({ key, said: { values } }) => {
      if (values === null) return [key, ""];
      const [least, most] = values.map((value) => text(value));
      return [key, least === most ? `${least}` : `${least} to ${most}`];
    }),
  );
}

/** Draws the heads of the columns. */
export function titles({ widths, hasGroups }: Layout): Line {
  const { run, rule, where, step, value } = widths;
  const left = (text: string, width: number) => (width === 0 ? "" : `${text.padEnd(width)}  `);
  const right = (text: string, width: number) => (width === 0 ? "" : `${text.padStart(width)}  `);
  const ofRun = `${left("run", run)}${left("rule", rule)}${left("where", where)}`;
  const before = " ".repeat(hasGroups ? 7 : 5);
  return [piece(`${before}${ofRun}${right("steps", step)}${right("value", value)}what`, "muted")];
}
