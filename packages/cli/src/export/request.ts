/** What `ablate export` was asked for. */

import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { EXPORT_TABLES } from "@ablate/store";
import { closest } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { storePath } from "../store/open.ts";
import type { FileTarget } from "./whole-files.ts";

export const EXPORT_FORMATS = ["csv", "jsonl", "parquet", "safetensors", "store"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export type RowsFormat = "csv" | "jsonl" | "parquet";

/** A table, or something whole; without a target it goes to stdout. */
export type ExportRequest =
  | {
      readonly kind: "rows";
      readonly format: RowsFormat;
      readonly table: string;
      readonly target: FileTarget | null;
    }
  | { readonly kind: "safetensors"; readonly target: FileTarget }
  | { readonly kind: "store"; readonly target: FileTarget };

const ENDINGS: Readonly<Record<string, ExportFormat>> = {
  ".csv": "csv",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".safetensors": "safetensors",
  ".db": "store",
};

/** @throws UsageError - if flags are missing or do not go together */
export function exportRequest(invocation: Invocation): ExportRequest {
  const { flags, terminal } = invocation;
  const file = flags.text("output");
  if (file === undefined) {
    throw new UsageError("-o is missing: -o PATH, or `-o -` to print csv or jsonl");
  }
  const format = formatOf(flags.text("format"), file);
  const isWhole = format === "safetensors" || format === "store";
  if (isWhole && flags.has("table")) {
    throw new UsageError(`--table is for csv, jsonl and parquet; ${format} has no tables`);
  }
  const table = flags.text("table") ?? "history";
  if (!EXPORT_TABLES.includes(table)) {
    throw new UsageError(unknownName("table", table, EXPORT_TABLES));
  }
  if (file === "-") {
    if (format === "csv" || format === "jsonl")
      return { kind: "rows", format, table, target: null };
    throw new UsageError(`${format} cannot be printed; name a file with -o`);
  }
  const path = resolve(terminal.folder, file);
  if (isSameFile(path, storePath(invocation))) {
    throw new UsageError(`${file} is the store that would be exported; name another file with -o`);
  }
  const target = { file, path, force: flags.has("force") };
  return format === "safetensors" || format === "store"
    ? { kind: format, target }
    : { kind: "rows", format, table, target };
}

function formatOf(named: string | undefined, file: string): ExportFormat {
  if (named === undefined) {
    const format = ENDINGS[extname(file)];
    if (format !== undefined) return format;
    throw new UsageError(`--format is missing: one of ${EXPORT_FORMATS.join(", ")}`);
  }
  const format = EXPORT_FORMATS.find((one) => one === named);
  if (format === undefined) throw new UsageError(unknownName("format", named, EXPORT_FORMATS));
  return format;
}

function unknownName(flag: string, name: string, known: readonly string[]): string {
  const guess = closest(name, known);
  const hint = guess === null ? "" : `; did you mean ${guess}?`;
  return `--${flag} takes one of ${known.join(", ")}, not "${name}"${hint}`;
}

function isSameFile(path: string, other: string): boolean {
  if (!existsSync(path) || !existsSync(other)) return path === other;
  const [a, b] = [statSync(path), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}
