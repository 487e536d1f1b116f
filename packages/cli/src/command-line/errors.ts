import type { ConfigError } from "@ablate/runner";
import { problemText } from "../print/problems.ts";
import type { Paint } from "./terminal.ts";

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

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "is a folder",
  ENOTDIR: "a part of the path is no folder",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EIO: "the device does not read or write",
  ENAMETOOLONG: "the name is too long",
  SQLITE_FULL: "no space left on the device",
};

/** What keeps a store from being used once it is open, by the beginning of SQLite's code. */
const OF_STORE: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_CORRUPT", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_NOTADB", "is damaged; `ablate doctor` looks it over"],
  ["SQLITE_IOERR", "cannot be read or written; look at its disk"],
  ["SQLITE_READONLY", "is read-only; allow writing to it"],
  ["SQLITE_BUSY", "is kept locked by another process; try again"],
];

/** What the system says of an error that the user can fix; undefined for any other. */
export function systemReason(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? SYSTEM[String(error.code)] : undefined;
}

/** What to print for `error`, never a stack, and the exit code. */
export function describeError(
  error: unknown,
  paint: Paint,
): { readonly text: string; readonly exitCode: number } {
  if (!(error instanceof Error)) return { text: `ablate: ${String(error)}`, exitCode: 1 };
  if (isConfigError(error)) {
    const { problems, sources } = error;
    const text = problems.map((problem) => problemText(problem, sources, paint)).join("\n");
    return { text, exitCode: 2 };
  }
  if (FIXABLE.has(error.name)) {
    return { text: `ablate: ${error.message}`, exitCode: error.name === "DamageError" ? 1 : 2 };
  }
  const system = systemReason(error);
  if (system !== undefined) {
    const path = "path" in error ? `${String(error.path)}: ` : "";
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
