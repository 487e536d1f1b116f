import type { Command } from "../command.ts";
import { UsageError } from "../errors.ts";
import { READING_OPTIONS } from "../options.ts";
import { isRowFormat, ROW_FORMATS } from "../print/rows.ts";
import { withReader } from "../store.ts";

export const command: Command = {
  positionals: ["SQL"],
  options: {
    ...READING_OPTIONS,
    format: {
      type: "string",
      value: "NAME",
      choices: Object.keys(ROW_FORMATS),
      help: "table, json, csv or markdown",
    },
  },
  examples: [
    ['ablate query "select run, valid_loss from runs"', "every run's validation loss"],
    ['ablate query "select * from evals" --format csv', "all evaluations for a spreadsheet"],
  ],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const format = flags.has("json") ? "json" : (flags.text("format") ?? "table");
    if (!isRowFormat(format)) {
      const known = Object.keys(ROW_FORMATS).join(", ");
      throw new UsageError(`--format takes one of ${known}, not "${format}"`);
    }
    const [sql = ""] = flags.positionals;
    const result = withReader(invocation, (reader) => reader.query(sql));
    terminal.write(ROW_FORMATS[format](result));
    return 0;
  },
};
