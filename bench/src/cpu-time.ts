/** Processor time, which other work on the machine changes less than the clock's. */
import { execFileSync } from "node:child_process";

/** Returns the milliseconds that this process takes for it. */
export function cpuMs(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Returns the milliseconds that a command and all of its children take: the last line of `times` in bash,
 * exact to a millisecond.
 */
export function commandCpuMs(folder: string, command: readonly string[]): number {
  const said = execFileSync("bash", ["-c", '"$@" >/dev/null; times', "bash", ...command], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [user = Number.NaN, system = Number.NaN] = [
    ...(said.trim().split("\n").at(-1) ?? "").matchAll(/(\d+)m([\d.]+)s/g),
  ].map(([, minutes, seconds]) => 1000 * (Number(minutes) * 60 + Number(seconds)));
  return user + system;
}
