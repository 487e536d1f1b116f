/** Every measurement is a process of its own, on one core where the system can pin it. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The core that everything is pinned to; null where there is no `taskset`. */
export const CORE: string | null = lastAllowedCore();

/** Runs a command on the one core; returns its stdout, or throws what it wrote to stderr. */
export function outputOf(command: readonly string[], cwd?: string): string {
  const [program = "", ...args] =
    CORE === null ? command : ["taskset", "--cpu-list", CORE, ...command];
  return execFileSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** Runs one of our scripts from its source; returns the JSON that it prints. */
export function ourScript<T>(file: URL, args: readonly string[]): T {
  const all = ["--conditions=@ablate/source", fileURLToPath(file), ...args];
  return JSON.parse(outputOf([process.execPath, ...all]));
}

/** The last one that this process may use: the first has most of the system's own work. */
function lastAllowedCore(): string | null {
  if (spawnSync("taskset", ["--version"]).status !== 0) return null;
  const status = readFileSync("/proc/self/status", "utf8");
  return /^Cpus_allowed_list:.*?(\d+)$/m.exec(status)?.[1] ?? null;
}
