/** What every step is given, the programs that it runs, and how it fails. */
import { spawn } from "node:child_process";
import type { Terminal } from "./terminal.ts";

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
