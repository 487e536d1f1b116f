import type { ConfigError } from "@ablate/runner";
import { loadingTrouble, storeTrouble, systemReason, visible } from "@ablate/text";
import { linesOf, problemText } from "../print/problems.ts";
import type { Paint } from "./terminal.ts";

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A verb was given a flag that it does not have. */
export class UnknownFlagError extends UsageError {
  /** The flag with its dashes, as typed. */
  readonly flag: string;
  readonly value: string | undefined;

  constructor(message: string, { flag, value }: Pick<UnknownFlagError, "flag" | "value">) {
    super(message);
    this.flag = flag;
    this.value = value;
  }
}

/** Errors that the user can fix, by name: their classes are loaded only where they are thrown. */
const FIXABLE: ReadonlySet<string> = new Set([
  "UsageError",
  "StoreError",
  "FilterError",
  "DataError",
  "LogError",
  "EngineError",
  "DamageError",
  "AddressError",
  "DatabaseError",
  "HeldStoreError",
]);

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
  const notLoaded = loadingTrouble(error);
  if (notLoaded !== undefined) return { text: `ablate: ${visible(notLoaded)}`, exitCode: 2 };
  const ofStore = storeTrouble(error);
  if (ofStore !== undefined) return { text: `ablate: ${ofStore}`, exitCode: 2 };
  const message = error.message.split("\n")[0] ?? "";
  return { text: `ablate: internal error: ${message}; please report it`, exitCode: 1 };
}

function isConfigError(error: Error): error is ConfigError {
  return error.name === "ConfigError" && "problems" in error && "sources" in error;
}
