import { spawn } from "node:child_process";

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
    const kill = (): void => killGroup(child.pid);
    signal.addEventListener("abort", kill);
    const kept = { stdout: "", stderr: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      kept.stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      kept.stderr += text;
    });
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

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
