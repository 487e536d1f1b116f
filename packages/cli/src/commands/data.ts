import { buildDataset, contextWindows } from "@ablate/core";
import { count, right, table } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { PLANNING_OPTIONS } from "../command-line/options.ts";
import { readConfig } from "../plan/planning.ts";
import { jsonArray } from "../print/rows.ts";

const SPLITS = ["train", "valid", "test"] as const;

export const command: Command = {
  about:
    "Reads the data set of a config and says how many names and examples each split has, which characters there are, and what the first windows look like. Where the runs of a grid differ in their data it is that of the first.",
  options: {
    words: { value: "N", help: "show the windows of the first N words (5)" },
    set: PLANNING_OPTIONS.set,
    yes: PLANNING_OPTIONS.yes,
    json: { help: "print one JSON array: one object per split" },
  },
  examples: [
    ["ablate data configs/quickstart.yaml", "sizes, vocabulary and the windows of five words"],
    ["ablate data configs/quickstart.yaml --words 1", "the windows of the first word"],
  ],
  see: ["docs/tutorial.md", "docs/config.md"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const { config, names, dataFile } = readConfig(invocation);
    const [first] = config.cells;
    if (first === undefined) throw new UsageError(`${config.file} has no runs`);
    const { context, shuffle_seed: shuffleSeed } = first.config.data;
    const dataset = buildDataset(names, { context, shuffleSeed });
    const sizes = SPLITS.map((split) => ({
      split,
      names: dataset.names[split].length,
      examples: dataset[split].count,
    }));
    if (flags.has("json")) {
      terminal.write(jsonArray(sizes));
      return 0;
    }
    const words = names.slice(0, flags.count("words") ?? 5);
    const examples = SPLITS.reduce((sum, split) => sum + dataset[split].count, 0);
    const rows = sizes.map((size) => [size.split, count(size.names), count(size.examples)]);
    terminal.write(
      [
        `${dataFile}: ${count(names.length)} names, ${count(examples)} examples of ${context} characters`,
        `vocabulary: ${dataset.vocabulary.length} characters: ${dataset.vocabulary.join("")}`,
        "",
        table(["split", right("names"), right("examples")], rows),
        ...words.map((word) => listing(word, dataset.vocabulary, context)),
      ].join("\n"),
    );
    return 0;
  },
};

/** Lists the examples of one word: its contexts and the character that follows each. */
function listing(word: string, vocabulary: readonly string[], context: number): string {
  const { count: lines, contexts, targets } = contextWindows([word], vocabulary, context);
  const text = (tokens: Iterable<number>): string =>
    Array.from(tokens, (token) => vocabulary[token] ?? "?").join("");
  const windows = Array.from({ length: lines }, (_, i) => {
    const before = text(contexts.subarray(i * context, (i + 1) * context));
    return `${before} ---> ${text(targets.subarray(i, i + 1))}`;
  });
  return `${[word, ...windows].join("\n")}\n`;
}
