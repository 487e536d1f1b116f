/** Reads a table of numbers, row by row. */
import { dirname } from "node:path";
import type { LogPosition } from "@ablate/store";
import type { LogEntry, LogReader } from "../log.ts";
import { isStep, numberOf } from "../number-text.ts";
import { runEntries } from "../run-entries.ts";
import { SeriesBuilder } from "../series-builder.ts";
import { type CounterState, FIRST_ROW, StepCounter } from "../step-counter.ts";
import { BEGINNING, type Piece, TextFile } from "../text-file.ts";
import { cellsOf, rowEnd, rowText } from "./rows.ts";
import { readTable, type Table } from "./table.ts";

/** What reading on needs beside the position; plain JSON. */
type State = {
  readonly witness: string;
  readonly table: Table | null;
  readonly counter: CounterState;
  /** What was told already. */
  readonly told: readonly string[];
  /** Of the settings that were read. */
  readonly digest: string | null;
};

const FIRST: State = {
  witness: BEGINNING.witness,
  table: null,
  counter: FIRST_ROW,
  told: [],
  digest: null,
};

/** A row that is longer is none: a quote has no end. */
const MOST_ROW_BYTES = 16 * 1024 * 1024;

/** What ends without a line break is a whole row where nobody has written to the file for so long. */
const SETTLED_MS = 5_000;

const LINE_BREAK = Buffer.from("\n");

/** Where commas do not separate cells they may be in numbers. */
const DECIMAL_COMMA = /^\s*[+-]?\d*,\d+(?:[eE][+-]?\d+)?\s*$/;

export class CsvReader implements LogReader {
  readonly #file: TextFile;
  readonly #stepColumn: string | null;
  #table: Table | null;
  #counter: StepCounter;
  #told: Set<string>;
  #digest: string | null;
  #series: SeriesBuilder = new SeriesBuilder();
  #entries: LogEntry[] = [];
  #isOver = false;
  /** The end of the file at which a row without a line break was taken. */
  #settledAt = -1;

  constructor(path: string, stepColumn: string | null, at: LogPosition | undefined) {
    const state: State = at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#file = new TextFile(path, { position: at?.position ?? 0, witness: state.witness });
    this.#stepColumn = stepColumn;
    this.#table = state.table;
    this.#counter = new StepCounter(state.counter);
    this.#told = new Set(state.told);
    this.#digest = state.digest;
  }

  read(budget: number): readonly LogEntry[] {
    this.#entries = [];
    if (this.#isOver) return [];
    try {
      this.#readOn(budget);
    } catch (error) {
      this.#isOver = true;
      this.#flush();
      const message = error instanceof Error ? error.message : String(error);
      this.#entries.push({ type: "trouble", message });
    }
    return this.#entries;
  }

  positions(): readonly LogPosition[] {
    const { position, witness } = this.#file.place;
    const state: State = {
      witness,
      table: this.#table,
      counter: this.#counter.state,
      told: [...this.#told],
      digest: this.#digest,
    };
    return [{ path: this.#file.path, format: "csv", position, state: JSON.stringify(state) }];
  }

  close(): void {}

  #readOn(budget: number): void {
    let most = budget;
    for (;;) {
      const piece = this.#file.read(most);
      if (piece === "rewritten") {
        this.#begin();
        continue;
      }
      if (piece.bytes.length > 0) this.#describe();
      const done = this.#rows(piece);
      this.#flush();
      if (done > 0 || piece.isEnd) return;
      most *= 2;
      if (most > MOST_ROW_BYTES) throw this.#failure(`${this.#where()} has a quote without an end`);
    }
  }

  /** Says what run this is, and its settings where they have changed. */
  #describe(): void {
    const { entries, digest } = runEntries(dirname(this.#file.path), this.#digest, null);
    this.#entries.push(...entries);
    this.#digest = digest;
  }

  /** Begins at the beginning: the file was written anew, with other columns or by another training. */
  #begin(): void {
    this.#table = null;
    this.#counter = new StepCounter(FIRST_ROW);
    this.#told = new Set();
    if (this.#digest !== null) this.#entries.push({ type: "rewind", step: 0 });
  }

  /** Takes whole rows and returns their bytes. */
  #rows({ bytes, isEnd, ageMs }: Piece): number {
    const isSettled = isEnd && ageMs > SETTLED_MS;
    const begun = this.#tableIn(isSettled ? Buffer.concat([bytes, LINE_BREAK]) : bytes);
    if (begun === undefined) return 0;
    const { table } = begun;
    let at = Math.min(begun.from, bytes.length);
    for (;;) {
      const end = rowEnd(bytes, at, table.separator);
      if (end < 0) break;
      this.#row(rowText(bytes, at, end), table);
      at = end;
    }
    this.#file.advance(bytes, at);
    const size = this.#file.place.position + bytes.length - at;
    if (isSettled && at < bytes.length && size !== this.#settledAt) {
      this.#settledAt = size;
      this.#lastRow(rowText(bytes, at, bytes.length), table);
    }
    return at;
  }

  /** Reads the head where that is still to be read; undefined: it is not whole. */
  #tableIn(bytes: Buffer): { readonly table: Table; readonly from: number } | undefined {
    if (this.#table !== null) return { table: this.#table, from: 0 };
    if (isWide(bytes)) throw this.#failure("is UTF-16; save it as UTF-8");
    if (bytes.subarray(0, 4096).includes(0)) throw this.#failure("is no table of text");
    const read = readTable(bytes);
    if (read === undefined) return undefined;
    const { table, from } = this.#withStepColumn(read);
    this.#table = table;
    return { table, from };
  }

  #withStepColumn<T extends { readonly table: Table }>(read: T): T {
    const name = this.#stepColumn;
    if (name === null) return read;
    const step = read.table.names.indexOf(name);
    if (step < 0) {
      const names = read.table.names.join(", ");
      throw this.#failure(`no column is called ${name}; there are ${names}`);
    }
    const epoch = read.table.epoch === step ? null : read.table.epoch;
    return { ...read, table: { ...read.table, step, epoch, skipped: [step] } };
  }

  /** Takes a row that may still grow: what is counted stays before it. */
  #lastRow(text: string, table: Table): void {
    const counter = this.#counter.state;
    if (cellsOf(text, table.separator).length === table.names.length) this.#row(text, table);
    this.#counter = new StepCounter(counter);
  }

  #row(text: string, table: Table): void {
    if (text.trim() === "") return;
    const cells = cellsOf(text, table.separator);
    const numbers = cells.map((cell) => cellNumber(cell, table.separator));
    const isCounted = table.step !== null;
    const step = table.step === null ? null : numbers[table.step];
    if (step !== null && !isStep(step)) {
      const said = cells[table.step ?? 0]?.slice(0, 40) ?? "";
      const where = this.#where();
      this.#tellOnce("step", `${where} has the step "${said}"; such rows are left out`);
      this.#counter.skip();
      return;
    }
    const { names, values } = this.#numbersOf(numbers, table);
    const epoch = table.epoch === null ? null : (numbers[table.epoch] ?? null);
    const placed = this.#counter.place({ step, isCounted, epoch }, names);
    if (placed.rewind !== null) {
      this.#flush();
      this.#entries.push(placed.rewind);
    }
    for (const [i, name] of names.entries()) {
      this.#series.add(name, placed.step, values[i] ?? Number.NaN);
    }
  }

  #numbersOf(
    numbers: readonly (number | null | undefined)[],
    table: Table,
  ): { readonly names: string[]; readonly values: number[] } {
    const names: string[] = [];
    const values: number[] = [];
    for (let i = 0; i < Math.min(numbers.length, table.names.length); i++) {
      const number = numbers[i];
      const name = table.names[i] ?? "";
      if (number === null || table.skipped.includes(i)) continue;
      if (number === undefined) {
        this.#tellOnce(`column ${i}`, `column ${name} has text; only its numbers are taken`);
        continue;
      }
      names.push(name);
      values.push(number);
    }
    return { names, values };
  }

  #where(): string {
    return `row ${this.#counter.rows + 1}`;
  }

  #failure(message: string): Error {
    return new Error(`${this.#file.path}: ${message}`);
  }

  #tellOnce(key: string, message: string): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#entries.push({ type: "trouble", message: `${this.#file.path}: ${message}` });
  }

  #flush(): void {
    const series = this.#series.take();
    if (series.length > 0) this.#entries.push({ type: "metrics", series });
  }
}

function cellNumber(cell: string, separator: string): number | null | undefined {
  const isDecimalComma = separator !== "," && DECIMAL_COMMA.test(cell);
  return numberOf(isDecimalComma ? cell.replace(",", ".") : cell);
}

function isWide(bytes: Buffer): boolean {
  if (bytes.length < 2) return false;
  return bytes.readUInt16LE() === 0xfeff || bytes.readUInt16BE() === 0xfeff;
}
