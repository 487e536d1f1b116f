/** What every step is given: where it prints, how it fails, and how it runs programs. */
import { spawn } from "node:child_process";

/** An installed `@tensorflow/tfjs-node`. */
export type Package = { readonly folder: string; readonly version: string };

export type Work = {
  readonly target: Package;
  readonly cache: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** A work with the folder in which it is tried; libraries and headers go to `deps` there. */
export type Attempt = Work & { readonly folder: string; readonly deps: string };

/** What keeps the native part away and the user can do something about: one sentence, no stack. */
export class ProvisionError extends Error {
  override readonly name = "ProvisionError";
}

/** The sentence of any error: what failed at the very bottom, without "fetch failed" around it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || error.name;
}

/** The code of a system error (`ENOSPC`), empty for every other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

export type Ended = {
  /** Exit code; null when the program could not be started or was killed. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

type Options = {
  readonly signal: AbortSignal;
  readonly env?: NodeJS.ProcessEnv;
  /** Lets the program write to our stderr in place of its stdout: its own progress bar. */
  readonly shows?: boolean;
};

/** Runs a program to its end and keeps what it printed; throws only when `signal` stops it. */
export async function run(
  [program = "", ...args]: readonly string[],
  { signal, env = process.env, shows = false }: Options,
): Promise<Ended> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    // A group of its own, so that what the program has started (behind a wrapper) ends with it.
    const stdout = shows ? process.stderr : "pipe";
    const child = spawn(program, args, { env, detached: true, stdio: ["ignore", stdout, "pipe"] });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    signal.addEventListener("abort", kill);
    const kept = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        kept[name] += text;
      });
    }
    child.on("error", (error) => {
      signal.removeEventListener("abort", kill);
      resolve({ status: null, stdout: "", stderr: error.message });
    });
    child.on("close", (status) => {
      signal.removeEventListener("abort", kill);
      if (signal.aborted) reject(signal.reason);
      else resolve({ status, ...kept });
    });
  });
}

/** Where this command prints: what it found to stdout, what it is doing to stderr. */
export class Terminal {
  readonly #rewrites: boolean;
  #drawn = "";

  /** Takes the streams of this process; a reader that went away ends output, not the work. */
  constructor() {
    const { stdout, stderr, env } = process;
    for (const stream of [stdout, stderr]) stream.on("error", () => {});
    this.#rewrites = stderr.isTTY === true && !env.CI && env.TERM !== "dumb";
  }

  result(sentence: string): void {
    this.#endBar();
    process.stdout.write(`${sentence}\n`);
  }

  note(sentence: string): void {
    this.#endBar();
    process.stderr.write(`${sentence}\n`);
  }

  /** Says how far a piece of work is: one line that is rewritten on a terminal, a line every quarter elsewhere. */
  progress(what: string, done: number, total: number): void {
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const line = `  ${what}${this.#rewrites ? bar(share) : quarter(share)} % of ${size(total)}`;
    if (line === this.#drawn) return;
    this.#drawn = line;
    process.stderr.write(this.#rewrites ? `\r${line}` : `${line}\n`);
    if (this.#rewrites && done >= total) this.#endBar();
  }

  /** Shows the cursor again, which a program that drew a bar of its own may have left hidden. */
  restore(): void {
    if (this.#rewrites) process.stderr.write("\x1b[?25h");
  }

  #endBar(): void {
    if (this.#rewrites && this.#drawn !== "") process.stderr.write("\n");
    this.#drawn = "";
  }
}

/** Bytes for people: `274 MB`, `1.2 GB`. */
export function size(bytes: number): string {
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

const CELLS = 30;

function bar(share: number): string {
  const full = Math.round(share * CELLS);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return ` ${"█".repeat(full)}${"░".repeat(CELLS - full)} ${percent}`;
}

function quarter(share: number): string {
  return `: ${Math.floor(share * 4) * 25}`;
}
