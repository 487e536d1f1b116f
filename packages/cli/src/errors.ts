import type { ConfigError } from "@ablate/runner";
import { problemText } from "./print/problems.ts";
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
  const message = error.message.split("\n")[0] ?? "";
  return { text: `ablate: internal error: ${message}; please report it`, exitCode: 1 };
}

function isConfigError(error: Error): error is ConfigError {
  return error.name === "ConfigError" && "problems" in error && "sources" in error;
}
