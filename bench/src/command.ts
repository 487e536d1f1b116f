/** What the commands that compare speeds have in common: their end, their output, their mistakes. */
import { writeFileSync } from "node:fs";
import { type ResultName, saveResult } from "./results.ts";
import { markdownOf, type Table, textOf } from "./table.ts";

/** Options of every such command. */
export const OUTPUT_OPTIONS = {
  json: { type: "string" },
  markdown: { type: "boolean", default: false },
  save: { type: "boolean", default: false },
} as const;

export type Output = {
  /** A file for the whole report; `-` is stdout. */
  readonly json?: string | undefined;
  readonly markdown: boolean;
  /** Keeps the report as the one that the documents show, and writes it there. */
  readonly save: boolean;
};

/** Runs a command; a mistake is one sentence, and exit 2. */
export async function guarded(main: () => Promise<void> | void): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}

/** Prints a report that has been measured and keeps it where that is asked for. */
export function print(
  { name, report }: { readonly name: ResultName; readonly report: object },
  { about, tables }: { readonly about: string; readonly tables: readonly Table[] },
  { json, markdown, save }: Output,
): void {
  const write = markdown ? markdownOf : textOf;
  const text = [about, ...tables.map(write)].join("\n\n");
  const whole = `${JSON.stringify(report, null, 1)}\n`;
  process.stdout.write(json === "-" ? whole : `${text}\n`);
  if (json !== undefined && json !== "-") writeFileSync(json, whole);
  if (save) saveResult(name, whole);
}

export function say(what: string): void {
  process.stderr.write(`${what}\n`);
}
