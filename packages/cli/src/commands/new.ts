import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "../command-line/command.ts";
import { starterConfig, unlessExisting } from "../plan/new-config.ts";

export const command: Command = {
  about: ["Writes a small config in which every key is explained. The file must not be there yet."],
  options: {},
  examples: [
    ["ablate new my.yaml && ablate run my.yaml", "four short runs on the bundled names"],
    ["ablate new my.yaml && ablate plan my.yaml", "edit it, and see what it would train"],
  ],
  see: ["docs/config.md", "ablate plan"],
  run: ({ flags, terminal }) => {
    const [file = ""] = flags.positionals;
    const path = resolve(terminal.folder, file);
    unlessExisting(file, () => writeFileSync(path, starterConfig(path), { flag: "wx" }));
    terminal.warn(
      `wrote ${file}; \`ablate plan ${file}\` shows its runs, \`ablate run ${file}\` trains them\n`,
    );
    return 0;
  },
};
