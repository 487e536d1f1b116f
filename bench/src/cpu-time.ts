/** Processor time, which other work on the machine changes less than the clock's. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { outputOf } from "./pinned.ts";

/** Returns the milliseconds that this process takes for it. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Returns the milliseconds that a command and all of its children take, and what it wrote to stdout. */
export function costOf(
  command: readonly string[],
  folder?: string,
): { readonly cpuMs: number; readonly stdout: string } {
  // The last line of `times` is what all children took, exact to a millisecond.
  const lines = outputOf(["bash", "-c", '"$@" && times', "bash", ...command], folder)
    .trimEnd()
    .split("\n");
  const [user = Number.NaN, system = Number.NaN] = [
    ...(lines.at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, seconds]) => 1000 * (Number(minutes) * 60 + Number(seconds)));
  return { cpuMs: user + system, stdout: lines.slice(0, -2).join("\n") };
}

/** Returns the milliseconds that a command and all of its children take. */
export function commandCpuMs(folder: string, command: readonly string[]): number {
  return costOf(command, folder).cpuMs;
}

/** Linux counts CPU time for programs in hundredths of a second, whatever the kernel does. */
const TICKS_A_SECOND = 100;

/** Returns the seconds that a process has taken so far, all its threads counted. */
export function cpuSeconds(pid: number): number {
  if (process.platform === "linux") {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  }
  const time = execFileSync("ps", ["-o", "time=", "-p", String(pid)], { encoding: "utf8" });
  return time
    .trim()
    .split(":")
    .reduce((sum, part) => 60 * sum + Number(part), 0);
}
