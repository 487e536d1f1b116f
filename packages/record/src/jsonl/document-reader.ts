/** Reads metrics from a JSON document that is written anew, whole, each time there are more. */
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { LogPosition } from "@ablate/store";
import type { LogEntry, LogReader } from "../log.ts";
import { isStep } from "../number-text.ts";
import { NO_ROWS, RowLog, type RowState } from "../row-log.ts";
import { runEntry } from "../run-entry.ts";
import { settingsIn } from "../settings.ts";
import { unreadable } from "../trouble.ts";
import { type DocumentRows, documentRows } from "./document-rows.ts";
import { countedOf, jsonRow, parseJson, stepNameOf } from "./json-row.ts";

/** What reading on needs beside how many rows are read. */
type State = {
  readonly rows: RowState;
  readonly stepName: string | null;
  /** Of the rows that are read. */
  readonly digest: string;
  readonly isBegun: boolean;
  readonly isEnded: boolean;
};

const FIRST: State = { rows: NO_ROWS, stepName: null, digest: "", isBegun: false, isEnded: false };

/** A document is read at once. */
const MOST_BYTES = 512 * 1024 * 1024;

/** What cannot be parsed and is older than this is not being written. */
const SETTLED_MS = 5_000;

export type DocumentSource = {
  /** What the position is stored by: a file, or a folder of which one file at a time is read. */
  readonly place: string;
  /** Returns the file to read now; undefined: there is none. */
  readonly file: () => string | undefined;
  readonly stepColumn: string | null;
};

export class DocumentReader implements LogReader {
  readonly #source: DocumentSource;
  readonly #rows: RowLog;
  #done: number;
  #state: Omit<State, "rows">;
  /** The file that was read last, as it was then. */
  #seen = "";

  constructor(source: DocumentSource, at: LogPosition | undefined) {
    const { rows, ...state }: State =
      at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#source = source;
    this.#rows = new RowLog(source.place, rows);
    this.#done = at?.position ?? 0;
    this.#state = state;
  }

  read(_budget: number): readonly LogEntry[] {
    const file = this.#source.file();
    if (file === undefined) return [];
    try {
      this.#readFile(file);
    } catch (error) {
      this.#rows.tellOnce("document", error instanceof Error ? error.message : String(error));
    }
    return this.#rows.take();
  }

  positions(): readonly LogPosition[] {
    const state: State = { ...this.#state, rows: this.#rows.state };
    const { place } = this.#source;
    return [{ path: place, format: "jsonl", position: this.#done, state: JSON.stringify(state) }];
  }

  close(): void {}

  #readFile(file: string): void {
    const document = this.#changed(file);
    if (document === undefined) return;
    const found = documentRows(document);
    if (found === undefined) throw new Error("has no rows of metrics");
    this.#begin(found, dirname(file));
    if (digestOf(found.rows.slice(0, this.#done)) !== this.#state.digest) this.#beginAnew();
    for (const row of found.rows.slice(this.#done)) this.#row(row);
    this.#done = found.rows.length;
    this.#state = { ...this.#state, digest: digestOf(found.rows) };
    if (found.isFinished && !this.#state.isEnded) this.#end();
  }

  /** Parses the file; undefined: it has not changed, or is not whole. */
  #changed(file: string): unknown {
    const text = this.#textOf(file);
    if (text === undefined) return undefined;
    try {
      return parseJson(text);
    } catch {
      if (Date.now() - statSync(file).mtimeMs < SETTLED_MS) this.#seen = "";
      else throw new Error("is not complete JSON; the part that was read before is kept");
      return undefined;
    }
  }

  #textOf(file: string): string | undefined {
    try {
      const { size, mtimeMs } = statSync(file);
      const seen = `${file} ${size} ${mtimeMs}`;
      if (seen === this.#seen) return undefined;
      this.#seen = seen;
      if (size > MOST_BYTES) throw new Error("is too large for a document of metrics");
      return readFileSync(file, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw new Error(unreadable(error), { cause: error });
    }
  }

  #begin({ config, framework }: DocumentRows, folder: string): void {
    if (this.#state.isBegun) return;
    this.#state = { ...this.#state, isBegun: true };
    const settings = framework === null ? settingsIn(folder).config : config;
    // Steps are counted as after so many updates: the last one is the number that is planned, so it is not said.
    this.#rows.push(runEntry({ config: settings, framework }));
  }

  #beginAnew(): void {
    this.#rows.begin();
    this.#rows.push({ type: "rewind", step: 0 });
    this.#done = 0;
    this.#state = { ...this.#state, isEnded: false };
  }

  #row(object: Readonly<Record<string, unknown>>): void {
    const row = jsonRow(object);
    const stepName = this.#state.stepName ?? stepNameOf(row, this.#source.stepColumn);
    this.#state = { ...this.#state, stepName };
    const { step, isCounted, epoch, names, values } = countedOf(row, stepName);
    if (step !== null && !isStep(step)) {
      this.#rows.tellOnce(
        "step",
        `${this.#rows.where} has the step ${step}; such rows are left out`,
      );
    } else if (names.length > 0) this.#rows.add({ step, isCounted, epoch }, names, values);
  }

  #end(): void {
    this.#state = { ...this.#state, isEnded: true };
    this.#rows.push({
      type: "end",
      state: "finished",
      reason: "all steps done",
      error: null,
      trainSeconds: null,
    });
  }
}

function digestOf(rows: readonly unknown[]): string {
  if (rows.length === 0) return "";
  return createHash("sha1").update(JSON.stringify(rows)).digest("hex");
}
