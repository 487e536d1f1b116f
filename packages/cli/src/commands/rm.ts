import { discard } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { trashName, trashRecord, trashTotal } from "../print/trash.ts";
import { storePath, withReader } from "../store/open.ts";
import { resolveExact } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Moves runs or grids to the trash: they are hidden from every list and view until they are restored or deleted permanently. A word that is neither a run nor a grid is a filter. Runs of a grid that belong to another grid too are not moved. A run that `ablate doctor --repair` has set aside as damaged is moved with its grid, or by its own name, NAME-damaged. Runs that are being trained are refused.",
  options: READING_OPTIONS,
  examples: [
    ["ablate rm quickstart/v1", "`ablate restore quickstart/v1` restores it"],
    ["ablate rm quickstart", "a grid and its runs, except those that another grid has too"],
    ['ablate rm "my seed=3"', "every run that matches a filter (docs/filter.md)"],
  ],
  see: ["docs/filter.md", "ablate restore", "ablate gc"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const words = [...flags.positionals, ...flags.rest];
    const meant = withReader(invocation, (reader) => resolveExact(reader, words));
    const { entries, kept } = discard(storePath(invocation), meant);
    if (flags.has("json")) {
      terminal.write(jsonArray(entries.map(trashRecord)));
      return 0;
    }
    for (const entry of entries) terminal.write(asLine(`${trashName(entry)}: in the trash`));
    if (kept.length > 0)
      terminal.write(asLine(`${kept.join(", ")}: kept, another grid has it too`));
    const total = trashTotal(entries);
    terminal.write(
      asLine(`\`ablate restore\` restores, \`ablate gc\` deletes permanently: ${total}`),
    );
    return 0;
  },
};
