/** What the head of a file says of the table in it. */
import { isMeasure } from "../measure-names.ts";
import { isStep, numberOf } from "../number-text.ts";
import { isEpochName, stepNames } from "../step-counter.ts";
import { cellsOf, rowEnd, rowText } from "./rows.ts";

/** Plain JSON. */
export type Table = {
  readonly separator: string;
  readonly names: readonly string[];
  /** The column that counts steps; null: rows do. */
  readonly step: number | null;
  readonly epoch: number | null;
  /** Columns that are no metrics: the steps, and the rows that pandas counts. */
  readonly skipped: readonly number[];
};

const BYTE_ORDER_MARK = Buffer.from("\ufeff");

const SEPARATORS = [",", ";", "\t"];

/** Names of a column in which pandas counts its rows. */
const INDEX = /^(unnamed: 0|index|)$/i;

/** Lines before a header: empty, or a comment. */
type Opening = { readonly header: string; readonly from: number; readonly separator: string };

/** Finds the header; undefined where the bytes end before the row behind it does. */
function openingOf(bytes: Buffer): Opening | undefined {
  let comment = "";
  for (let at = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0; ; ) {
    const lineEnd = bytes.indexOf("\n", at);
    if (lineEnd < 0) return undefined;
    const line = rowText(bytes, at, lineEnd + 1);
    if (line.trim() !== "" && !line.startsWith("#")) {
      const separator = separatorOf(line);
      const isHeader = !isNumbers(cellsOf(line, separator));
      if (!isHeader) return { header: comment, from: at, separator };
      const end = rowEnd(bytes, at, separator);
      return end < 0 ? undefined : { header: rowText(bytes, at, end), from: end, separator };
    }
    // numpy.savetxt writes its header as a comment.
    comment = line.replace(/^#\s*/, "");
    at = lineEnd + 1;
  }
}

function separatorOf(line: string): string {
  const counts = SEPARATORS.map((separator) => line.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ",";
}

function isNumbers(cells: readonly string[]): boolean {
  const numbers = cells.map(numberOf);
  return numbers.every((number) => number !== undefined) && numbers.some((one) => one !== null);
}

/** Reads the header and looks at the row behind it; undefined: these are not whole yet. */
export function readTable(
  bytes: Buffer,
): { readonly table: Table; readonly from: number } | undefined {
  const opening = openingOf(bytes);
  if (opening === undefined) return undefined;
  const { from, separator } = opening;
  const end = rowEnd(bytes, from, separator);
  if (end < 0) return undefined;
  const first = cellsOf(rowText(bytes, from, end), separator).map(numberOf);
  const names = uniqueNames(cellsOf(opening.header, separator), first.length);
  const counting = stepNames(names).find((name) => isStep(first[names.indexOf(name)]));
  const index = names.findIndex((name, i) => INDEX.test(name) && isStep(first[i]));
  const counts = counting === undefined ? index : names.indexOf(counting);
  const step = counts < 0 ? null : counts;
  const epoch = names.findIndex((name, i) => isEpochName(name) && i !== step);
  const skipped = [counts, index].filter((column) => column >= 0);
  return { table: { separator, names, step, epoch: epoch < 0 ? null : epoch, skipped }, from };
}

/** @throws Error - there is no such column */
export function withStepColumn(table: Table, name: string | null): Table {
  if (name === null) return table;
  const step = table.names.indexOf(name);
  if (step < 0) throw new Error(`no column is called ${name}; there are ${table.names.join(", ")}`);
  return { ...table, step, epoch: table.epoch === step ? null : table.epoch, skipped: [step] };
}

/** Trims names, makes what is missing up, and tells apart those that are the same. */
function uniqueNames(header: readonly string[], columns: number): string[] {
  const names: string[] = [];
  const count = header.length === 1 && header[0] === "" ? columns : header.length;
  for (let i = 0; i < count; i++) {
    const name = header[i]?.trim() ?? `column_${i + 1}`;
    const same = names.filter((one) => one === name || one.startsWith(`${name}.`)).length;
    names.push(same === 0 || name === "" ? name : `${name}.${same}`);
  }
  return names;
}

/** Says whether a file that nobody named looks like metrics of a training, and not like any other table. */
export function looksLikeMetrics(head: Buffer): boolean {
  const line = head.indexOf("\n") < 0 ? head : head.subarray(0, head.indexOf("\n"));
  const header = rowText(line, 0, line.length).replace(/^\ufeff?#?/, "");
  const names = cellsOf(header, separatorOf(header)).map((name) => name.trim());
  if (names.length < 2 || names.some((name) => typeof numberOf(name) === "number")) return false;
  return names.some(isMeasure) || (stepNames(names).length > 0 && !hasText(head, names.length));
}

/** Says whether the row behind the header has text in it. */
function hasText(head: Buffer, columns: number): boolean {
  const [, row = ""] = head.toString("utf8").split(/\r?\n/);
  const cells = cellsOf(row, separatorOf(row));
  return cells.length !== columns || cells.some((cell) => numberOf(cell) === undefined);
}

/** Says whether a file that the user named could be a table. */
export function looksLikeTable(head: Buffer): boolean {
  if (head.includes(0)) return false;
  const [line = ""] = head.toString("utf8").split("\n");
  return !line.startsWith("{") && cellsOf(line, separatorOf(line)).length > 1;
}
