import { buildDataset, contextWindows, type Dataset } from "@ablate/core";
import { count, counted, right, table, visible, visibleSpaces } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { PLANNING_OPTIONS } from "../command-line/options.ts";
import { dataNotes } from "../plan/data-notes.ts";
import { readConfig, type Source } from "../plan/source.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";

const SPLITS = ["train", "valid", "test"] as const;

export const command: Command = {
  about:
    "Reads the data set of a config and prints the number of names and examples in each split, the characters, and the first windows. If a line contains spaces, it counts the names both ways: by line and by space. If the runs of a grid differ in their data, it shows those of the first.",
  options: {
    words: { value: "N", help: "show the windows of the first N names (5)" },
    set: PLANNING_OPTIONS.set,
    yes: PLANNING_OPTIONS.yes,
    json: { help: "print one JSON array: one object per split" },
  },
  examples: [
    ["ablate data my.yaml", "sizes, vocabulary, and the windows of five names"],
    ["ablate data my.yaml --words 1", "the windows of the first name"],
  ],
  see: ["docs/tutorial.md", "docs/config.md"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const source = readConfig(invocation);
    const { config, data } = source;
    const [first] = config.cells;
    if (first === undefined) throw new UsageError(`${config.file} has no runs`);
    const { context, shuffle_seed: shuffleSeed } = first.config.data;
    const dataset = buildDataset(data.lists, { context, shuffleSeed });
    terminal.warn(
      dataNotes(source)
        .map((note) => `${note}\n`)
        .join(""),
    );
    const sizes = SPLITS.map((split) => ({
      split,
      names: dataset.names[split].length,
      examples: dataset[split].count,
    }));
    if (flags.has("json")) {
      terminal.write(jsonArray(sizes));
      return 0;
    }
    const words = data.lists.names.slice(0, flags.count("words") ?? 5);
    const rows = sizes.map((size) => [
      size.split,
      count(size.names),
      count(size.examples),
      ...fileOf(size.split, source),
    ]);
    const titles = hasOwnFiles(source) ? ["file"] : [];
    terminal.write(
      [
        heading(source, dataset),
        ...bothReadings(source),
        vocabularyLine(dataset, data.lists.end),
        "",
        table(
          ["split", right("names"), right("examples"), ...titles],
          rows,
          tableStyle(terminal.paint),
        ),
        ...words.map((word) => listing(word, dataset.vocabulary, context)),
      ].join("\n"),
    );
    return 0;
  },
};

function hasOwnFiles({ config: { ownFiles } }: Source): boolean {
  return ownFiles.valid !== null || ownFiles.test !== null;
}

function fileOf(split: (typeof SPLITS)[number], source: Source): readonly string[] {
  if (!hasOwnFiles(source)) return [];
  const { ownFiles, dataFile } = source.config;
  const own = split === "train" ? null : ownFiles[split];
  return [source.shown(own ?? dataFile)];
}

function heading({ config, data, shown }: Source, dataset: Dataset): string {
  const { names, valid, test } = data.lists;
  const all = names.length + (valid?.length ?? 0) + (test?.length ?? 0);
  const examples = SPLITS.reduce((sum, split) => sum + dataset[split].count, 0);
  const files = hasOwnFiles({ config, data, shown })
    ? `${shown(config.dataFile)} and files of splits`
    : shown(config.dataFile);
  return `${visible(files)}: ${counted(all, "name")}, ${counted(examples, "example")} of ${counted(dataset.context, "character")}`;
}

/** Says what each reading makes of the files, where they differ. */
function bothReadings({ config, data, shown }: Source): readonly string[] {
  const { ownFiles, dataFile, reading } = config;
  const files = [
    { path: dataFile, file: data.file },
    { path: ownFiles.valid ?? "", file: data.own.valid },
    { path: ownFiles.test ?? "", file: data.own.test },
  ];
  return files.flatMap(({ path, file }) => {
    if (file === null || !file.isAmbiguous) return [];
    const { names, otherwise } = file;
    const isByLine = reading.separator === "line";
    const [byLine, byWhitespace] = isByLine ? [names, otherwise] : [otherwise, names];
    const used = (is: boolean): string => (is ? ", as here" : "");
    return [
      `${visible(shown(path))} by lines: ${counted(byLine.length, "name")}${used(isByLine)}; by white space (data.separator: whitespace): ${counted(byWhitespace.length, "name")}${used(!isByLine)}`,
    ];
  });
}

/** Lists the characters; says of a space and of an unusual end token what they are. */
function vocabularyLine({ vocabulary }: Dataset, end: string): string {
  // A mark is drawn on the character before it.
  const shown = vocabulary.map((one) => visibleSpaces(one).replace(/^\p{M}/u, "\u25cc$&"));
  const text = `vocabulary: ${counted(vocabulary.length, "character")}: ${visible(shown.join(""))}`;
  const hasSpace = vocabulary.includes(" ");
  const notes = [
    ...(hasSpace ? [`${visibleSpaces(" ")} is a space`] : []),
    ...(end === "." ? [] : [`${end} marks the end of a name`]),
  ];
  return notes.length === 0 ? text : `${text} (${notes.join(", ")})`;
}

/** Lists the examples of one name: its contexts and the character that follows each. */
function listing(word: string, vocabulary: readonly string[], context: number): string {
  const { count: lines, contexts, targets } = contextWindows([word], vocabulary, context);
  const text = (tokens: Iterable<number>): string =>
    visibleSpaces(Array.from(tokens, (token) => vocabulary[token] ?? "?").join(""));
  const windows = Array.from({ length: lines }, (_, i) => {
    const before = text(contexts.subarray(i * context, (i + 1) * context));
    return `${before} ---> ${text(targets.subarray(i, i + 1))}`;
  });
  return `${[word, ...windows].map(visible).join("\n")}\n`;
}
