import type { ConfigError } from "@ablate/runner";
import { visible } from "@ablate/text";
import { linesOf, problemText } from "../print/problems.ts";
import { type Paint, systemReason } from "./terminal.ts";

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Errors that the user can fix, by name: their classes are loaded only where they are thrown. */
const FIXABLE: ReadonlySet<string> = new Set([
  "UsageError",
  "StoreError",
  "FilterError",
  "DataError",
  "EngineError",
  "DamageError",
]);

/** Reasons for which an open store cannot be used, by the beginning of SQLite's code. */
const OF_STORE: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_CORRUPT", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_NOTADB", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_IOERR", "cannot be read or written; look at its disk"],
  ["SQLITE_READONLY", "is read-only; allow writing to it"],
  ["SQLITE_BUSY", "is kept locked by another process; try again"],
];

/** Returns what to print for an error, never a stack, and the exit code. */
export function describeError(
  error: unknown,
  paint: Paint,
): { readonly text: string; readonly exitCode: number } {
  if (!(error instanceof Error)) return { text: `ablate: ${visible(String(error))}`, exitCode: 1 };
  if (isConfigError(error)) {
    const { problems, sources } = error;
    const lines = linesOf(sources);
    const text = problems.map((problem) => problemText(problem, lines, paint)).join("\n");
    return { text, exitCode: 2 };
  }
  if (FIXABLE.has(error.name)) {
    return {
      text: `ablate: ${visible(error.message)}`,
      exitCode: error.name === "DamageError" ? 1 : 2,
    };
  }
  const system = systemReason(error);
  if (system !== undefined) {
    const path = "path" in error ? `${visible(String(error.path))}: ` : "";
    return { text: `ablate: ${path}${system}`, exitCode: 2 };
  }
  const ofStore = OF_STORE.find(([code]) => "code" in error && String(error.code).startsWith(code));
  if (ofStore !== undefined) {
    return { text: `ablate: the store ${ofStore[1]} (${error.message})`, exitCode: 2 };
  }
  const message = error.message.split("\n")[0] ?? "";
  return { text: `ablate: internal error: ${message}; please report it`, exitCode: 1 };
}

function isConfigError(error: Error): error is ConfigError {
  return error.name === "ConfigError" && "problems" in error && "sources" in error;
}
