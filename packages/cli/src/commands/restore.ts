import { restore } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { trashName, trashRecord, trashTable } from "../print/trash.ts";
import { storePath, withReader } from "../store/open.ts";

export const command: Command = {
  about:
    "Restores runs or grids from the trash. Without names it lists the trash: names, sizes, and since when.",
  options: READING_OPTIONS,
  examples: [
    ["ablate restore", "list the trash"],
    ["ablate restore quickstart", "restore a grid and its runs"],
    [
      "ablate rm quickstart/v1 quickstart/v2 && ablate restore quickstart/v1 quickstart/v2",
      "two runs into the trash, and back",
    ],
  ],
  see: ["ablate rm", "ablate gc"],
  completed: "TRASHED",
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const entries = withReader(invocation, (reader) => reader.trash());
    const isListing = flags.rest.length === 0;
    const { entries: shown, purged } = isListing
      ? { entries, purged: [] }
      : restore(storePath(invocation), flags.rest);
    for (const name of purged)
      terminal.warn(asLine(`${name}: stays in the trash, its deletion has begun`));
    if (flags.has("json")) {
      terminal.write(jsonArray(shown.map(trashRecord)));
    } else if (!isListing) {
      for (const entry of shown) terminal.write(asLine(`${trashName(entry)}: restored`));
    } else if (entries.length === 0) {
      terminal.warn("the trash is empty\n");
    } else {
      terminal.write(trashTable(entries, Date.now(), terminal.paint));
    }
    return 0;
  },
};
