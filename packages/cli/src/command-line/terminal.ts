import { styleText } from "node:util";
import { isLightBackground, sealed, systemReason, visibleLines } from "@ablate/text";
import { asCalled } from "./called.ts";

export type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan";

/** Styles text for a terminal, or leaves it plain. */
export type Paint = (style: Style, text: string) => string;

/** The exit code of a command whose results are not all where they should be. */
const OUTPUT_LOST = 2;

/** Where a command prints: results to stdout, messages and progress to stderr. */
export type Terminal = {
  /** Writes text to stdout, in its visible form. */
  readonly write: (text: string) => void;
  /**
   * Writes rows for a program: as they are, unless stdout is a terminal. Resolves once there is room for more, with
   * false when the reader is gone.
   */
  readonly pour: (text: string) => Promise<boolean>;
  /** Writes a message to stderr, in its visible form. */
  readonly warn: (text: string) => void;
  /** Styles text for stdout; plain where stdout is no terminal or NO_COLOR is set. */
  readonly paint: Paint;
  /** Paints text for stderr. */
  readonly paintWarning: Paint;
  /** Whether stderr can rewrite a line: a terminal, and not a CI log. */
  readonly rewrites: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
  /** Cells across where stdout is a terminal; null where it is a file or a pipe, which take any width. */
  readonly outputColumns: () => number | null;
  /** The working folder; empty where it has been deleted, so that absolute paths do still. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** Shows progress in place of what was shown last, where stderr can rewrite its line; "" takes it away. */
export function showInPlace({ rewrites, warn }: Terminal, text: string): void {
  if (rewrites) warn(sealed("\r") + text + sealed("\x1b[K"));
}

/** Makes everything visible that a command prints: the one way to a terminal. */
export function shielded(terminal: Terminal): Terminal {
  const { write, pour, warn, outputColumns, environment } = terminal;
  return {
    ...terminal,
    write: (text) => write(visibleLines(text)),
    pour: (text) => pour(outputColumns() === null ? text : visibleLines(text)),
    warn: (text) => warn(visibleLines(asCalled(text, environment))),
  };
}

/** What can be read on a light background instead, as in the UI. */
const ON_LIGHT = { yellow: "magenta", cyan: "blue" } as const;

/** Styles text for a stream; the style is sealed, so that nothing else can look like it. */
function painter(stream: NodeJS.WriteStream): Paint {
  const isLight = isLightBackground(process.env);
  return (style, text) => {
    const isPale = isLight && (style === "yellow" || style === "cyan");
    const shown = isPale ? ON_LIGHT[style] : style;
    const [start = "", end = ""] = styleText(shown, "|", { stream }).split("|");
    return sealed(start) + text + sealed(end);
  };
}

/**
 * The terminal of this process. A reader that went away (`| head`, a closed window) ends output, not the command; so
 * does a full disk, which is said.
 */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  let isOpen = true;
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (!isOpen) return;
    isOpen = false;
    if (error.code === "EPIPE" || (error.code === "EIO" && stdout.isTTY)) return;
    stderr.write(`ablate: cannot write the output: ${systemReason(error) ?? error.message}\n`);
    process.once("exit", () => {
      process.exitCode = OUTPUT_LOST;
    });
  });
  stderr.on("error", () => {});
  return {
    write: (text) => {
      if (isOpen) stdout.write(text);
    },
    pour: async (text) => {
      if (isOpen) await new Promise((resolve) => stdout.write(text, resolve));
      return isOpen;
    },
    warn: (text) => {
      stderr.write(text);
    },
    paint: painter(stdout),
    paintWarning: painter(stderr),
    rewrites: stderr.isTTY === true && !env.CI && env.TERM !== "dumb",
    outputColumns: () => (stdout.isTTY ? stdout.columns : null),
    columns: () => stderr.columns || stdout.columns || 80,
    rows: () => stderr.rows || stdout.rows || 24,
    folder: workingFolder(),
    environment: env,
  };
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch {
    return "";
  }
}
