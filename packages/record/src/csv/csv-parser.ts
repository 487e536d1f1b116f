/** Makes rows of a table. */
import { isStep, numberOf } from "../number-text.ts";
import type { RowLog } from "../row-log.ts";
import type { RowParser } from "../text-log-reader.ts";
import { cellsOf, rowEnd, rowText } from "./rows.ts";
import { readTable, type Table, withStepColumn } from "./table.ts";

const LINE_BREAK = Buffer.from("\n");

/** Where commas do not separate cells they may be in numbers. */
const DECIMAL_COMMA = /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/;

/** Numbers of a row, by name. */
type Numbers = { readonly names: string[]; readonly values: number[] };

export class CsvParser implements RowParser<Table | null> {
  readonly #stepColumn: string | null;
  #table: Table | null;

  constructor(stepColumn: string | null, table: Table | null) {
    this.#stepColumn = stepColumn;
    this.#table = table;
  }

  state(): Table | null {
    return this.#table;
  }

  take(bytes: Buffer, rows: RowLog, isSettled: boolean): number {
    const head = this.#head(isSettled ? Buffer.concat([bytes, LINE_BREAK]) : bytes);
    if (head === undefined) return 0;
    const { table } = head;
    let at = Math.min(head.from, bytes.length);
    for (;;) {
      const end = rowEnd(bytes, at, table.separator);
      if (end < 0) break;
      addRow(rowText(bytes, at, end), table, rows);
      at = end;
    }
    const rest = isSettled ? rowText(bytes, at, bytes.length) : "";
    if (cellsOf(rest, table.separator).length === table.names.length) {
      rows.addUnfinished(() => addRow(rest, table, rows));
    }
    return at;
  }

  /** Reads the head where that is still to be read; undefined: it is not whole. */
  #head(bytes: Buffer): { readonly table: Table; readonly from: number } | undefined {
    if (this.#table !== null) return { table: this.#table, from: 0 };
    const read = readTable(bytes);
    if (read === undefined) return undefined;
    const table = withStepColumn(read.table, this.#stepColumn);
    this.#table = table;
    return { table, from: read.from };
  }
}

function addRow(text: string, table: Table, rows: RowLog): void {
  if (text.trim() === "") return;
  const cells = cellsOf(text, table.separator);
  const numbers = cells.map((cell) => cellNumber(cell, table.separator));
  const isCounted = table.step !== null;
  const step = table.step === null ? null : numbers[table.step];
  if (step !== null && !isStep(step)) {
    const said = cells[table.step ?? 0]?.slice(0, 40) ?? "";
    rows.tellOnce("step", `${rows.where} has the step "${said}"; such rows are left out`);
    rows.skip();
    return;
  }
  const { names, values } = numbersOf(numbers, table, rows);
  const epoch = table.epoch === null ? null : (numbers[table.epoch] ?? null);
  rows.add({ step, isCounted, epoch }, names, values);
}

function numbersOf(
  numbers: readonly (number | null | undefined)[],
  table: Table,
  rows: RowLog,
): Numbers {
  const names: string[] = [];
  const values: number[] = [];
  for (let i = 0; i < Math.min(numbers.length, table.names.length); i++) {
    const number = numbers[i];
    if (number === null || table.skipped.includes(i)) continue;
    const name = table.names[i] ?? "";
    if (number === undefined) {
      rows.tellOnce(`column ${i}`, `column ${name} has text; only its numbers are taken`);
      continue;
    }
    names.push(name);
    values.push(number);
  }
  return { names, values };
}

function cellNumber(cell: string, separator: string): number | null | undefined {
  const isDecimalComma = separator !== "," && DECIMAL_COMMA.test(cell);
  return numberOf(isDecimalComma ? cell.replace(",", ".") : cell);
}
