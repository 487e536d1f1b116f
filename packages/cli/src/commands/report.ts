import { statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { reportOf } from "@ablate/report";
import { DamageError } from "@ablate/store";
import { asLine, bytes } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { ALL_OPTION, ONLY_OPTION, STORE_OPTION } from "../command-line/options.ts";
import { writeWhole } from "../export/whole-files.ts";
import { withOpenReader } from "../store/open.ts";
import { scopeOf, selectedRuns } from "../store/resolve.ts";

export const command: Command = {
  about: [
    "Writes a grid, or some runs, as one HTML file that needs no network. It reads like an article: the best runs and their lead, in a picture and a sentence, then loss, updates, layers, saturation and findings; details are folded. It follows the light or dark theme, and can be printed.",
    "Arguments are grids, runs, names of runs without their seed, or filters. The file appears whole or not at all; an existing file is replaced only with --force.",
  ],
  options: {
    ...STORE_OPTION,
    only: ONLY_OPTION,
    ...ALL_OPTION,
    output: { short: "o", value: "FILE", help: "the HTML file to write (required)" },
    title: { value: "TEXT", help: "title of the report (default: the name of the grid)" },
    force: { help: "replace an existing file" },
  },
  examples: [
    ["ablate report quickstart -o quickstart.html", "a grid as one file for any browser"],
    ["ablate report quickstart/v5 quickstart/v7 -o two.html", "only these runs"],
    ["ablate report my --only seed:1 -o one-seed.html", "the runs that match (docs/filter.md)"],
  ],
  see: ["docs/report.md", "docs/filter.md", "ablate compare", "ablate export"],
  run: async (invocation) => {
    const { flags, terminal, version } = invocation;
    const file = flags.text("output");
    if (file === undefined || file === "") {
      throw new UsageError("-o is missing: ablate report GRID -o report.html");
    }
    const path = resolve(terminal.folder, file);
    const words = [...flags.positionals, ...flags.rest];
    await withOpenReader(invocation, (reader) =>
      writeWhole({ file, path, force: flags.has("force") }, async (temporary) => {
        const selection = { only: flags.texts("only"), scope: scopeOf(invocation) };
        const runs = reader.checks.whole(selectedRuns(reader, words, selection), {
          endsOnly: true, // of the others it shows sums, which are compared
        });
        if (runs.length === 0) throw new DamageError("every run of the report is damaged");
        const title = flags.text("title") ?? words.join(", ");
        const grids = reader.grids().filter(({ name }) => words.includes(name));
        const descriptions = grids.map(({ description }) => description);
        const question = descriptions.filter((text) => text !== "").join(" ");
        const options = { title, question, version, now: Date.now() };
        writeFileSync(temporary, await reportOf(reader, runs, options));
      }),
    );
    terminal.warn(asLine(`wrote ${file}, ${bytes(statSync(path).size)}`));
    return 0;
  },
};
