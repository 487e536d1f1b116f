/** Recordings of terminals in the format of asciinema (asciicast v2): a line about all, then a line for each event. */
import type { ScreenSize } from "./screen.ts";

export type CastEvent = {
  /** Since the recording began. */
  readonly seconds: number;
  /** What the program wrote, what was typed, or a chapter's name. */
  readonly kind: "output" | "input" | "marker";
  readonly text: string;
};

export type Cast = {
  readonly size: ScreenSize;
  readonly title: string;
  readonly events: readonly CastEvent[];
};

const CODES = { output: "o", input: "i", marker: "m" } as const;

/** Writes a recording; the terminal is said to have 256 colours. */
export function castText({ size, title, events }: Cast): string {
  const { columns: width, rows: height } = size;
  const head = { version: 2, width, height, title, env: { TERM: "xterm-256color" } };
  const lines = events.map(({ seconds, kind, text }) => [seconds, CODES[kind], text]);
  return [head, ...lines].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/** Reads a recording. @throws Error - if the text is none of version 2 */
export function readCast(text: string): Cast {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const { version, width, height, title = "" } = JSON.parse(head);
  if (version !== 2) throw new Error(`a recording of version ${version}, where 2 is read`);
  return {
    size: { columns: Number(width), rows: Number(height) },
    title: String(title),
    events: lines.flatMap(eventOf),
  };
}

/** Leaves out kinds of events that are not known. */
function eventOf(line: string): readonly CastEvent[] {
  const [seconds, code, text] = JSON.parse(line);
  const kind = (["output", "input", "marker"] as const).find((one) => CODES[one] === code);
  return kind === undefined ? [] : [{ seconds: Number(seconds), kind, text: String(text) }];
}
