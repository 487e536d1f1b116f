import { storedYaml } from "@ablate/runner";
import { readingRun, storedMap } from "@ablate/store";
import { asLine, withEscapes } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { withReader } from "../store/open.ts";
import { findRun } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Prints the resolved config of a run, with every default filled in, as YAML that trains the same run. For a run recorded from a log it prints the settings in the log, as JSON. `ablate plan CONFIG --save FILE` does the same for all runs of a config.",
  options: READING_OPTIONS,
  examples: [
    ["ablate config quickstart/v7", "its settings, every default filled in"],
    [
      "ablate config quickstart/v7 > v7.yaml && ablate plan v7.yaml",
      "the same run, already trained",
    ],
  ],
  see: ["docs/config.md", "ablate diff"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const run = withReader(invocation, (reader) => findRun(reader, flags.positionals[0] ?? ""));
    const config = storedMap(run.config, "config");
    const asJson = flags.has("json");
    if (run.source !== null && !asJson) {
      terminal.warn(
        asLine(
          `${run.name} is recorded from a log (${run.source}), so it has no config that trains it`,
        ),
      );
      terminal.write(`${withEscapes(JSON.stringify(config, null, 2))}\n`);
      return 0;
    }
    terminal.write(
      asJson ? jsonArray([{ run: run.name, config }]) : readingRun(run.name, () => storedYaml(run)),
    );
    return 0;
  },
};
