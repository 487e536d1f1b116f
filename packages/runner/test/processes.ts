/** Looks at real processes, as `ps` shows them. */
import { spawnSync } from "node:child_process";

/** The worker processes of a coordinator. */
export function workersOf(parent: number = process.pid): number[] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  return stdout.split("\n").flatMap((line) => {
    const [pid, ppid, ...args] = line.trim().split(/\s+/);
    const isWorker = Number(ppid) === parent && args.some((word) => /worker-process/.test(word));
    return isWorker ? [Number(pid)] : [];
  });
}

/** Whether there is such a process, and not only what is left of one that nobody has waited for. */
export function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== "" && !state.startsWith("Z");
}

/** As `ps` shows it, `T` of one that stands still; empty: there is no such process. */
export function stateOf(pid: number): string {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim();
}
