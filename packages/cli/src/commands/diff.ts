import type { Command } from "../command-line/command.ts";
import { PLANNING_OPTIONS, READING_OPTIONS } from "../command-line/options.ts";
import { compareRuns } from "../diff/compare.ts";
import { findSides } from "../diff/sides.ts";
import { diffTable } from "../print/diff-table.ts";
import { jsonArray } from "../print/rows.ts";

export const command: Command = {
  about: [
    "Compares two runs, or a config and a run, key by key, those that decide the numbers first, and says whether they are the same run. A and B are runs of the store or config files.",
  ],
  options: { ...PLANNING_OPTIONS, ...READING_OPTIONS },
  examples: [
    ["ablate diff quickstart/v5 quickstart/v7", "what tells two runs apart"],
    ["ablate diff my.yaml my-grid/v5", "why it is, or is not, taken as done"],
    ["ablate diff my.yaml v5 --only lr=0.01", "of a config of several runs, this one"],
  ],
  see: ["docs/config.md", "ablate compare"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const [a, b] = findSides(invocation);
    const differences = compareRuns(a, b);
    terminal.write(flags.has("json") ? jsonArray(differences) : diffTable(a, b, differences));
    return 0;
  },
};
