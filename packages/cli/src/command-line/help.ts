import { wrapText } from "@ablate/text";
import { VERBS, type Verb } from "../verbs.ts";
import { optionsOf, usageOf } from "./arguments.ts";
import type { Command, HelpRow, Option } from "./command.ts";

/** No line of a help is longer: it fits the narrowest terminal. */
const WIDTH = 80;

const NARROWEST_TEXT = 30;

/** Writes the help of `ablate` itself. */
export function overview(): string {
  const listed = VERBS.map(({ usage, summary }): HelpRow => [`ablate ${usage}`, summary]);
  return [
    ...wrapText(
      "ablate: a YAML file says which training runs to make; they are trained, recorded in SQLite and shown.",
      WIDTH,
    ),
    "",
    ...twoColumns(listed),
    "",
    ...wrapText(
      "Commands that use a store take --store FILE (default ablate.db, or ABLATE_STORE); those that print results take --json (docs/json.md). `ablate COMMAND --help` has flags and examples, `ablate --version` says which version this is. Exit codes: 0 fine, 1 a run failed or diverged or a check found something, 2 the command or a config is wrong, 130 stopped by the user.",
      WIDTH,
    ),
    "",
    "Start with: ablate demo, then docs/tutorial.md",
    "",
  ].join("\n");
}

/** Writes the help of one verb, like a page of a manual. */
export function verbHelp(verb: Verb, command: Command): string {
  const { about, examples, exits = [], environment = [], see } = command;
  const codes: readonly HelpRow[] = [
    ["0", "fine"],
    ...exits,
    ["2", "the command is wrong, or what it was given"],
  ];
  const store: readonly HelpRow[] =
    "store" in command.options ? [["ABLATE_STORE", "the store, unless --store names one"]] : [];
  return [
    `usage: ${usageOf(verb)} [flags]`,
    "",
    ...wrapText(verb.summary, WIDTH),
    ...[about].flat().flatMap((paragraph) => ["", ...wrapText(paragraph, WIDTH)]),
    ...section("flags", twoColumns(Object.entries(optionsOf(command)).map(flagRow))),
    ...section("examples", examples.flatMap(exampleLines)),
    ...section("exit codes", twoColumns(codes.toSorted(([a], [b]) => Number(a) - Number(b)))),
    ...section("environment", twoColumns([...store, ...environment, ["NO_COLOR", "no colours"]])),
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
function twoColumns(rows: readonly HelpRow[]): string[] {
  const longest = Math.max(...rows.map(([left]) => left.length));
  const width = Math.min(longest, WIDTH - NARROWEST_TEXT - 4);
  return rows.flatMap(([left, right]) => {
    const lines = wrapText(right, WIDTH - width - 4);
    const indented = lines.map((line) => `${" ".repeat(width + 4)}${line}`);
    if (left.length > width) return [`  ${left}`, ...indented];
    const [first = "", ...rest] = indented;
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}
