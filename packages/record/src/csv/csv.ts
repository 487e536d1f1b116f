/** Tables of metrics: Lightning's, Keras', pandas', a script's own. */
import { extname } from "node:path";
import type { FoundFile, FoundLog, LogFormat, LogOptions } from "../log.ts";
import { textLog } from "../text-log.ts";
import { CsvParser } from "./csv-parser.ts";
import { looksLikeMetrics, looksLikeTable, type Table } from "./table.ts";

const EXTENSIONS: ReadonlySet<string> = new Set([".csv", ".tsv"]);

export const csv: LogFormat = {
  name: "csv",
  claims: ({ path, head, isNamed }) => {
    const isTable = EXTENSIONS.has(extname(path).toLowerCase());
    if (isNamed) return isTable || looksLikeTable(head);
    return isTable && looksLikeMetrics(head);
  },
  logs: (files, options) => files.map((file) => logOf(file, options)),
};

function logOf({ path }: FoundFile, { stepColumn }: LogOptions): FoundLog {
  return textLog<Table | null>(path, "csv", (table) => new CsvParser(stepColumn, table ?? null));
}
