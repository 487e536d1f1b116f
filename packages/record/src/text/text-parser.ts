/** Makes rows of lines for people to read, like "iter 100: loss 2.3712, time 12.34ms". */
import { isStep } from "../number-text.ts";
import type { RowLog } from "../row-log.ts";
import type { RowParser } from "../text-log-reader.ts";
import { type LineNumbers, lineNumbers } from "./line-numbers.ts";

/** What counts the steps of a log: decided by its first line of numbers. */
export type CountedBy = "step" | "epoch" | "line";

/** A progress bar ends its lines with a return alone. */
const LINE_END = /\r\n|\n|\r/;

export class TextParser implements RowParser<CountedBy | null> {
  #countedBy: CountedBy | null;

  constructor(countedBy: CountedBy | null) {
    this.#countedBy = countedBy;
  }

  state(): CountedBy | null {
    return this.#countedBy;
  }

  take(bytes: Buffer, rows: RowLog, isSettled: boolean): number {
    const end = bytes.lastIndexOf("\n") + 1;
    const whole = bytes.toString("utf8", 0, end);
    rows.print(whole);
    for (const line of whole.split(LINE_END)) this.#line(line, rows);
    if (isSettled) rows.addUnfinished(() => this.#line(bytes.toString("utf8", end), rows));
    return end;
  }

  #line(line: string, rows: RowLog): void {
    const said = lineNumbers(line);
    if (!isRow(said)) return;
    this.#countedBy ??= countedBy(said);
    const isCounted = this.#countedBy !== "line";
    const step = this.#countedBy === "epoch" ? said.epoch : said.step;
    const epoch = this.#countedBy === "epoch" ? null : said.epoch;
    if (step === null || isStep(step)) {
      rows.add({ step, isCounted, epoch }, said.names, said.values);
    }
  }
}

/** Says whether a line has numbers and where they belong. */
export function isRow({ step, epoch, names }: LineNumbers): boolean {
  return names.length > 0 && (step !== null || epoch !== null);
}

function countedBy({ step, epoch }: LineNumbers): CountedBy {
  if (step !== null) return "step";
  return isStep(epoch) ? "epoch" : "line";
}
