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
    "Puts runs or grids into the trash: hidden from every list and view, until restored or purged. A word that is neither a run nor a grid is a filter. Of a grid, runs that another grid has stay there. What `ablate doctor --repair` has set aside as damaged goes with its grid, or by its own name, NAME-damaged. Runs that are being trained are refused.",
  options: READING_OPTIONS,
  examples: [
    ["ablate rm quickstart/v1", "into the trash; `ablate restore quickstart/v1` brings it back"],
    ["ablate rm quickstart", "the grid and its runs, but for those that another grid has too"],
    ["ablate rm quickstart/v1-damaged", "what was set aside of a damaged run"],
    ["ablate rm state:failed", "every run that matches a filter (docs/filter.md)"],
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
    terminal.write(
      asLine(`\`ablate restore\` brings back, \`ablate gc\` frees it: ${trashTotal(entries)}`),
    );
    return 0;
  },
};
