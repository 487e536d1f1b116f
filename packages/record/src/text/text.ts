/** What training scripts print, kept in a file. */
import { extname } from "node:path";
import type { LogFormat } from "../log.ts";
import { isMeasure } from "../measure-names.ts";
import { textLog } from "../text-log.ts";
import { lineNumbers } from "./line-numbers.ts";
import { type CountedBy, isRow, TextParser } from "./text-parser.ts";

const EXTENSIONS: ReadonlySet<string> = new Set([".log", ".txt", ".out", ".err"]);

export const text: LogFormat = {
  name: "text",
  claims: ({ path, head, isNamed }) => {
    if (head.includes(0)) return false;
    // A log may begin with anything, which only who names it knows to be one.
    if (isNamed) return true;
    if (!EXTENSIONS.has(extname(path).toLowerCase())) return false;
    return head
      .toString("utf8")
      .split(/[\r\n]+/)
      .some(isMeasured);
  },
  logs: (files) =>
    files.map(({ path }) =>
      textLog<CountedBy | null>(path, "text", (countedBy) => new TextParser(countedBy ?? null)),
    ),
};

function isMeasured(line: string): boolean {
  const numbers = lineNumbers(line);
  return isRow(numbers) && numbers.names.some(isMeasure);
}
