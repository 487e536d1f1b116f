/** Makes rows of lines of JSON. */
import { isStep } from "../number-text.ts";
import type { RowLog } from "../row-log.ts";
import type { RowParser } from "../text-log-reader.ts";
import { countedOf, jsonObject, jsonRow, stepNameOf } from "./json-row.ts";

/** Plain JSON. */
export type LinesState = {
  /** What counts steps; null: no row has said it yet. */
  readonly stepName: string | null;
  /** Lines so far, for sentences about one. */
  readonly lines: number;
  /** JSON of the settings that a row had; null: none. */
  readonly config: string | null;
};

const FIRST: LinesState = { stepName: null, lines: 0, config: null };

const NEWLINE = 10;

export class LinesParser implements RowParser<LinesState> {
  readonly #stepColumn: string | null;
  #stepName: string | null;
  #lines: number;
  #config: string | null;

  constructor(stepColumn: string | null, { stepName, lines, config }: LinesState = FIRST) {
    this.#stepColumn = stepColumn;
    this.#stepName = stepName;
    this.#lines = lines;
    this.#config = config;
  }

  state(): LinesState {
    return { stepName: this.#stepName, lines: this.#lines, config: this.#config };
  }

  take(bytes: Buffer, rows: RowLog): number {
    let at = 0;
    for (;;) {
      const newline = bytes.indexOf(NEWLINE, at);
      if (newline < 0) break;
      this.#lines++;
      const line = bytes.toString("utf8", at, newline);
      if (!this.#line(line, rows)) {
        rows.tellOnce("line", `line ${this.#lines} is not a JSON object; such lines are left out`);
      }
      at = newline + 1;
    }
    // An object that is closed is whole, with or without a line break behind it.
    const rest = bytes.toString("utf8", at);
    if (!rest.trimEnd().endsWith("}") || !this.#line(rest, rows)) return at;
    this.#lines++;
    return bytes.length;
  }

  /** Takes a line; returns false where it is no object. */
  #line(line: string, rows: RowLog): boolean {
    const text = line.replace(/^\ufeff/, "").trim();
    if (text === "") return true;
    const object = jsonObject(text);
    if (object === undefined) return false;
    const row = jsonRow(object);
    this.#describe(row.config, rows);
    this.#stepName ??= stepNameOf(row, this.#stepColumn);
    const { step, isCounted, epoch, names, values } = countedOf(row, this.#stepName);
    if (step !== null && !isStep(step)) {
      const where = `line ${this.#lines}`;
      rows.tellOnce("step", `${where} has the step ${step}; such lines are left out`);
    } else if (names.length > 0) rows.add({ step, isCounted, epoch }, names, values);
    return true;
  }

  #describe(config: Readonly<Record<string, unknown>> | null, rows: RowLog): void {
    const text = config === null ? null : JSON.stringify(config);
    if (text === null || text === this.#config) return;
    this.#config = text;
    rows.push({ type: "describe", description: { config: text } });
  }
}
