import { wrapText } from "@ablate/text";
import { VERBS, type Verb } from "../verbs.ts";
import { optionsOf, usageOf } from "./arguments.ts";
import type { Command, HelpRow, Option } from "./command.ts";

/** No line of a help is longer: it fits the narrowest terminal. */
const WIDTH = 80;

const NARROWEST_TEXT = 30;

/** Flags that stand alone or before the command. */
const OWN_FLAGS: readonly HelpRow[] = [
  ["-h, --help", "show this help; after a command, its flags and examples"],
  ["-v, --version", "print the version"],
  ["--store FILE", "the store to use (default ablate.db, or ABLATE_STORE)"],
  ["--json", "print results as JSON (docs/json.md)"],
];

/** Writes the help of `ablate` itself. */
export function overview(): string {
  const width = widthOf([...VERBS.map(({ usage }) => usage), ...OWN_FLAGS.map(([flag]) => flag)]);
  const groups = [...Map.groupBy(VERBS, ({ group }) => group)].flatMap(([title, verbs]) =>
    section(
      title,
      twoColumns(
        verbs.map(({ usage, summary }): HelpRow => [usage, summary]),
        width,
      ),
    ),
  );
  return [
    "usage: ablate COMMAND [arguments] [flags]",
    "",
    ...wrapText(
      "Trains the runs described in a YAML file, records every step in SQLite, and shows them in the terminal.",
      WIDTH,
    ),
    ...groups,
    ...section("Flags", twoColumns(OWN_FLAGS, width)),
    "",
    ...wrapText(
      "Exit codes: 0 success; 1 a run failed or diverged, or a check found something; 2 a mistake in the command or in a config; 130 stopped by the user.",
      WIDTH,
    ),
    "",
    "Start with `ablate demo`, then read docs/tutorial.md. For one command:",
    "`ablate run --help`.",
    "",
  ].join("\n");
}

/** Writes the help of one verb, like a page of a manual. */
export function verbHelp(verb: Verb, command: Command): string {
  const { about, examples, exits = [], environment = [], see } = command;
  const codes: readonly HelpRow[] = [
    ["0", "success"],
    ...exits,
    ["2", "a mistake in the command, or in what it was given"],
  ];
  const store: readonly HelpRow[] =
    "store" in command.options
      ? [["ABLATE_STORE", "the store to use where --store is not given"]]
      : [];
  return [
    `usage: ${usageOf(verb)} [flags]`,
    "",
    ...wrapText(verb.summary, WIDTH),
    ...[about].flat().flatMap((paragraph) => ["", ...wrapText(paragraph, WIDTH)]),
    ...section("flags", twoColumns(Object.entries(optionsOf(command)).map(flagRow))),
    ...section("examples", examples.flatMap(exampleLines)),
    ...section("exit codes", twoColumns(codes.toSorted(([a], [b]) => Number(a) - Number(b)))),
    ...section(
      "environment",
      twoColumns([...store, ...environment, ["NO_COLOR", "print no colours"]]),
    ),
    ...section(
      "see also",
      wrapText(see.join(", "), WIDTH - 2).map((line) => `  ${line}`),
    ),
    "",
  ].join("\n");
}

function flagRow([name, { value, short, multiple, help }]: [string, Option]): HelpRow {
  const dash = short === undefined ? "" : `-${short}, `;
  return [
    `${dash}--${name}${value === undefined ? "" : ` ${value}`}`,
    multiple === true ? `${help} (repeatable)` : help,
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", `${title}:`, ...lines];
}

/** Writes the explanation below the command, which may be of any width. */
function exampleLines([line, text]: HelpRow): string[] {
  return [`  ${line}`, ...wrapText(text, WIDTH - 6).map((part) => `      ${part}`)];
}

/** Wraps the second column; where the first is wide, it begins on a line of its own. */
function twoColumns(
  rows: readonly HelpRow[],
  width: number = widthOf(rows.map(([left]) => left)),
): string[] {
  return rows.flatMap(([left, right]) => {
    const lines = wrapText(right, WIDTH - width - 4);
    const indented = lines.map((line) => `${" ".repeat(width + 4)}${line}`);
    if (left.length > width) return [`  ${left}`, ...indented];
    const [first = "", ...rest] = indented;
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}

/** Returns the width of a first column. */
function widthOf(texts: readonly string[]): number {
  return Math.min(Math.max(...texts.map((text) => text.length)), WIDTH - NARROWEST_TEXT - 4);
}
