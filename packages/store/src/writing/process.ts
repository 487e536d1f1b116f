/** What this host says of its processes. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

type ProcessFacts = {
  /** Tells a process from a later one with the same number; equal for as long as it is there. */
  readonly start: string;
  /** Neither stopped, by a signal or a debugger, nor ended and waiting for its parent to hear of it. */
  readonly isAtWork: boolean;
};

/** Says whether this host has such a process. */
export function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Returns where a process of ours is started: here, or beside its file where the working folder has been deleted. */
export function folderToStart(file: string): string {
  try {
    return process.cwd();
  } catch {
    return dirname(file);
  }
}

/** Returns when a process of this host began, in words that no change of the clock alters; null: it cannot be seen. */
export function processStart(pid: number): string | null {
  return processFacts(pid)?.start ?? null;
}

/** Returns null where there is no such process any more, or where it cannot be seen. */
export function processFacts(pid: number): ProcessFacts | null {
  try {
    return process.platform === "linux" ? factsOfProc(pid) : factsOfPs(pid);
  } catch {
    return null;
  }
}

/** Where the state and the start of a process are among the fields of `stat` after its name. */
const STATE = 0;
const START = 19;

function factsOfProc(pid: number): ProcessFacts | null {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", ticks = ""] = [fields[STATE], fields[START]];
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return factsOf(state, `${boot} ${ticks}`);
}

function factsOfPs(pid: number): ProcessFacts | null {
  const { status, stdout } = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, LC_ALL: "C", TZ: "UTC" },
  });
  const [, state = "", start = ""] = /^\s*(\S+)\s+(.*\S)/.exec(stdout) ?? [];
  return status === 0 ? factsOf(state, start) : null;
}

function factsOf(state: string, start: string): ProcessFacts {
  return { start, isAtWork: !/^[TtZX]/.test(state) };
}
