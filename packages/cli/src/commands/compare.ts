import {
  type ComparedRun,
  comparedRuns,
  compareRuns,
  METRICS,
  type StoreReader,
} from "@ablate/store";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { ONLY_OPTION, READING_OPTIONS } from "../command-line/options.ts";
import { keyNamed, metricsNamed, runWithValue } from "../compare/choices.ts";
import { COMPARISON_FORMATS } from "../print/compare/formats.ts";
import { isRowFormat } from "../print/rows.ts";
import { findRuns, selectedRuns } from "../resolve.ts";
import { withReader } from "../store.ts";

export const command: Command = {
  about: [
    "Puts runs into one table: what differs, what came out, the best marked with its step. Runs that differ in their seed alone are one row with mean and spread; effects of each factor are paired by seed, with a confidence interval, or the sentence that seeds are too few to tell.",
  ],
  options: {
    ...READING_OPTIONS,
    only: ONLY_OPTION,
    metric: {
      type: "string",
      multiple: true,
      value: "NAME",
      choices: METRICS.map(({ name }) => name),
      help: "valid_loss (default), train_loss, test_loss, best_valid_loss, loss or steps_per_s",
    },
    by: { type: "string", value: "KEY", help: "one row for each value of this key of the config" },
    baseline: {
      type: "string",
      value: "RUN|VALUE",
      help: "what the others are held against: a run, or with --by a value (default: the first)",
    },
    effects: { type: "boolean", help: "only the effects of the factors" },
    format: {
      type: "string",
      value: "NAME",
      choices: Object.keys(COMPARISON_FORMATS),
      help: "table, json, csv or markdown",
    },
  },
  examples: [
    ["ablate compare quickstart", "a grid: runs that differ in the seed alone are one row"],
    ["ablate compare quickstart/v5 quickstart/v7", "two runs, or two rows of several seeds"],
    ["ablate compare my-grid --by train.lr --baseline 0.1", "what the learning rate does"],
    ["ablate compare my-grid --metric train_loss --metric valid_loss", "two numbers of each run"],
    ["ablate compare my-grid --format markdown", "for a pull request"],
  ],
  see: ["docs/compare.md", "docs/json.md", "ablate diff"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const format = flags.has("json") ? "json" : (flags.text("format") ?? "table");
    if (!isRowFormat(format)) {
      const known = Object.keys(COMPARISON_FORMATS).join(", ");
      throw new UsageError(`--format takes one of ${known}, not "${format}"`);
    }
    const metrics = metricsNamed(flags.texts("metric"));
    const { runs, baseline, by } = withReader(invocation, (reader) => chosen(reader, flags));
    const comparison = compareRuns(runs, { metrics, by, baseline });
    terminal.write(
      COMPARISON_FORMATS[format](comparison, {
        isByKey: by !== undefined,
        effectsOnly: flags.has("effects"),
        width: terminal.outputColumns(),
      }),
    );
    return 0;
  },
};

type Chosen = {
  readonly runs: readonly ComparedRun[];
  readonly by: string | undefined;
  readonly baseline: ComparedRun | undefined;
};

/** The runs, the baseline's among them, the key of `--by` and the run that is the baseline. */
function chosen(reader: StoreReader, flags: Flags): Chosen {
  const selected = selectedRuns(reader, { words: flags.rest, only: flags.texts("only") });
  const hashes = reader.dataHashes();
  const runs = comparedRuns(selected, hashes);
  const wanted = flags.text("by");
  const by = wanted === undefined ? undefined : keyNamed(wanted, runs);
  const text = flags.text("baseline");
  if (text === undefined) return { runs, by, baseline: undefined };
  const withValue = by === undefined ? undefined : runWithValue(text, { key: by, runs });
  if (withValue !== undefined) return { runs, by, baseline: withValue };
  const meant = findRuns(reader, text);
  const names = new Set(selected.map(({ name }) => name));
  const added = meant.filter(({ name }) => !names.has(name));
  const all = added.length === 0 ? runs : comparedRuns([...selected, ...added], hashes);
  return { runs: all, by, baseline: all.find(({ name }) => name === meant[0]?.name) };
}
