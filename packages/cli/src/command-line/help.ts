import { MANUAL } from "../print/manual.ts";
import { wrapped } from "../print/wrap.ts";
import { VERBS, type VerbName } from "../verbs.ts";
import { usageOf } from "./arguments.ts";
import type { Command, Option } from "./command.ts";

/** No line of a help is longer: it fits the narrowest terminal. */
const WIDTH = 80;

const NARROWEST_TEXT = 30;

/** The help of `ablate` itself. */
export function overview(): string {
  const listed = Object.entries(VERBS).map(([verb, { usage, summary }]): [string, string] => [
    `ablate ${verb}${usage === "" ? "" : ` ${usage}`}`,
    summary,
  ]);
  return [
    ...wrapped(
      "ablate: a YAML file says which training runs to make; they are trained, recorded in SQLite and shown.",
      WIDTH,
    ),
    "",
    ...twoColumns(listed),
    "",
    ...wrapped(
      "Commands that use a store take --store FILE (default ablate.db, or ABLATE_STORE); those that print results take --json (docs/json.md). `ablate COMMAND --help` has flags and examples. Exit codes: 0 fine, 1 a run failed or diverged or a check found something, 2 the command or a config is wrong, 130 stopped by the user.",
      WIDTH,
    ),
    "",
    "Start with: ablate demo, then docs/tutorial.md",
    "",
  ].join("\n");
}

/** The help of one verb, like a page of a manual. */
export function verbHelp(verb: VerbName, summary: string, command: Command): string {
  const { about, exits = [], environment = [], see } = MANUAL[verb];
  const flags = Object.entries(command.options).map(([name, option]): [string, string] => [
    flagText(name, option),
    option.multiple === true ? `${option.help} (repeatable)` : option.help,
  ]);
  const codes: readonly (readonly [string, string])[] = [
    ["0", "fine"],
    ...exits,
    ["2", "the command is wrong, or what it was given"],
  ];
  const variables: readonly (readonly [string, string])[] = [
    ...("store" in command.options
      ? [["ABLATE_STORE", "the store, unless --store names one"] as const]
      : []),
    ...environment,
    ["NO_COLOR", "no colours"],
  ];
  return [
    `usage: ${usageOf(verb, command)} [flags]`,
    "",
    ...wrapped(summary, WIDTH),
    ...about.flatMap((paragraph) => ["", ...wrapped(paragraph, WIDTH)]),
    ...section("flags", twoColumns([...flags, ["-h, --help", "show this help"]])),
    ...section("examples", examples(command)),
    ...section("exit codes", twoColumns([...codes].sort(([a], [b]) => Number(a) - Number(b)))),
    ...section("environment", twoColumns(variables)),
    ...section(
      "see also",
      wrapped(see.join(", "), WIDTH - 2).map((line) => `  ${line}`),
    ),
    "",
  ].join("\n");
}

function flagText(name: string, { type, value, short }: Option): string {
  const dash = short === undefined ? "" : `-${short}, `;
  return `${dash}--${name}${type === "string" ? ` ${value ?? "VALUE"}` : ""}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return ["", `${title}:`, ...lines];
}

/** An example whose explanation does not fit beside it has it below. */
function examples(command: Command): string[] {
  return command.examples.flatMap(([line, text]) => [
    `  ${line}`,
    ...wrapped(text, WIDTH - 6).map((part) => `      ${part}`),
  ]);
}

/** The second column is wrapped; where the first is wide, it begins on a line of its own. */
function twoColumns(rows: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(...rows.map(([left]) => left.length));
  const width = Math.min(longest, WIDTH - NARROWEST_TEXT - 4);
  return rows.flatMap(([left, right]) => {
    const lines = wrapped(right, WIDTH - width - 4);
    const indented = lines.map((line) => `${" ".repeat(width + 4)}${line}`);
    if (left.length > width) return [`  ${left}`, ...indented];
    const [first = "", ...rest] = indented;
    return [`  ${left.padEnd(width)}  ${first.trimStart()}`.trimEnd(), ...rest];
  });
}
