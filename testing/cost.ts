/** Notes what a test file costs: processor time of its worker, and of the processes it started and waited for. */
import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    cpuSeconds?: number;
  }
}

/** What /proc counts in, whatever the clock of the system does. */
const TICKS_PER_SECOND = 100;

/** Processor time that files before this one have cost, where several share a worker. */
const spent: Map<string, number> = memoryOfProcess();

// biome-ignore lint/correctness/noEmptyPattern: vitest reads which fixtures a hook asks for from here.
afterAll(({}, { meta }) => {
  const seconds = cpuSeconds();
  meta.cpuSeconds = seconds - (spent.get("cpu") ?? 0);
  spent.set("cpu", seconds);
});

/** Processor time of this process and of its ended children; of itself alone where there is no /proc. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1e6;
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return own + (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return own;
  }
}

/** A map that outlives the modules of a test file. */
function memoryOfProcess(): Map<string, number> {
  const key = Symbol.for("ablate.testing.cost");
  const held: unknown = Reflect.get(process, key);
  if (held instanceof Map) return held;
  const made = new Map<string, number>();
  Reflect.set(process, key, made);
  return made;
}
