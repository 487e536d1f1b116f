import { usageOf } from "../arguments.ts";
import type { Command } from "../command.ts";
import { VERBS } from "../verbs.ts";

/** The help of `ablate` itself. */
export function overview(): string {
  const listed = Object.entries(VERBS).map(([verb, { usage, summary }]) => [
    `ablate ${verb}${usage === "" ? "" : ` ${usage}`}`,
    summary,
  ]);
  return [
    "ablate: a YAML file says which training runs to make; they are trained, recorded in SQLite and shown.",
    "",
    ...twoColumns(listed),
    "",
    "Every command: --store FILE (default ablate.db, or ABLATE_STORE), --help with examples;",
    "reading commands: --json. Exit codes: 0 fine, 1 a run failed or diverged,",
    "2 the command or a config is wrong, 130 stopped by the user.",
    "",
    "Start with: ablate demo",
    "",
  ].join("\n");
}

/** The help of one verb. */
export function verbHelp(verb: string, summary: string, command: Command): string {
  const flags = Object.entries(command.options).map(([name, { type, value, multiple, help }]) => [
    `--${name}${type === "string" ? ` ${value ?? "VALUE"}` : ""}`,
    multiple ? `${help} (repeatable)` : help,
  ]);
  return [
    `usage: ${usageOf(verb, command)} [flags]`,
    "",
    summary,
    "",
    "flags:",
    ...twoColumns([...flags, ["--help", "show this help"]]),
    "",
    "examples:",
    ...twoColumns(command.examples),
    "",
  ].join("\n");
}

function twoColumns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}
