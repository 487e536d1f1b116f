import { spawn } from "node:child_process";

export type Ended = {
  /** Exit code; null when the program could not be started or was killed. */
  readonly status: number | null;
  /** Whether there is no such program. */
  readonly isMissing: boolean;
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
    const child = spawn(program, args, {
      env,
      signal,
      stdio: ["ignore", shows ? process.stderr : "pipe", "pipe"],
    });
    const kept = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      kept.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      kept.stderr += text;
    });
    child.on("error", (error) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ status: null, isMissing: true, stdout: "", stderr: error.message });
    });
    child.on("close", (status) => {
      if (signal.aborted) reject(signal.reason);
      else resolve({ status, isMissing: false, ...kept });
    });
  });
}
