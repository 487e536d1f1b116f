/** Tables of metrics: Lightning's, Keras', pandas', a script's own. */
import { realpathSync } from "node:fs";
import { extname } from "node:path";
import type { FoundFile, FoundLog, LogFormat, LogOptions } from "../log.ts";
import { placeName } from "../place-name.ts";
import { CsvReader } from "./csv-reader.ts";
import { looksLikeMetrics, looksLikeTable } from "./table.ts";

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
  const real = realpathSync(path);
  return {
    format: "csv",
    // A table says nothing of its run that another could not say too.
    identity: `csv:${real}`,
    ...placeName(real),
    paths: [real],
    open: (positions) =>
      new CsvReader(
        real,
        stepColumn,
        positions.find((one) => one.path === real),
      ),
  };
}
