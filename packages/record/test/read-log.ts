/** Reads logs as the recorder does, and keeps what a store would have of them. */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Probe } from "@ablate/core";
import type { LogPosition, MetricNumbers } from "@ablate/store";
import type {
  EndEntry,
  FoundFile,
  FoundLog,
  LogEntry,
  LogFormat,
  LogReader,
  RunEntry,
} from "../src/log.ts";

/** What was read of a log; numbers by metric and step. */
export type ReadLog = {
  run: RunEntry | null;
  config: unknown;
  readonly metrics: Map<string, Map<number, number>>;
  readonly probes: Probe[];
  readonly troubles: string[];
  readonly events: string[];
  rewinds: number;
  end: EndEntry | null;
  positions: readonly LogPosition[];
};

/** More than any log of a test takes. */
const MOST_READS = 10_000;

export function emptyLog(): ReadLog {
  return {
    run: null,
    config: null,
    metrics: new Map(),
    probes: [],
    troubles: [],
    events: [],
    rewinds: 0,
    end: null,
    positions: [],
  };
}

export function foundFile(path: string, isNamed = true): FoundFile {
  const head = Buffer.alloc(512);
  const file = openSync(path, "r");
  const count = readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return { path, head: head.subarray(0, count), size: statSync(path).size, isNamed };
}

/** Finds the logs that a format has of files. */
export function logsOf(
  format: LogFormat,
  paths: readonly string[],
  stepColumn: string | null = null,
): readonly FoundLog[] {
  const files = paths.map((path) => foundFile(path)).filter((file) => format.claims(file));
  return format.logs(files, { stepColumn });
}

/** Finds the only log that a format has of files. */
export function logOf(
  format: LogFormat,
  paths: readonly string[],
  stepColumn: string | null = null,
): FoundLog {
  const [log, ...others] = logsOf(format, paths, stepColumn);
  if (log === undefined || others.length > 0) throw new Error(`not one log in ${paths.join(", ")}`);
  return log;
}

/** Reads what there is, into what was read before. */
export function readOn(reader: LogReader, into: ReadLog, budget = 65_536): ReadLog {
  for (let reads = 0; ; reads++) {
    if (reads > MOST_READS) throw new Error("a log has no end");
    const entries = reader.read(budget);
    keepEntries(into, entries);
    into.positions = reader.positions();
    if (entries.length === 0) return into;
  }
}

/** Keeps what a store would keep of entries. */
export function keepEntries(into: ReadLog, entries: readonly LogEntry[]): void {
  for (const entry of entries) {
    if (entry.type === "run") into.run = entry;
    else if (entry.type === "trouble") into.troubles.push(entry.message);
    else if (entry.type === "event") into.events.push(`${entry.kind} ${entry.message}`);
    else if (entry.type === "end") into.end = entry;
    else if (entry.type === "rewind") rewind(into, entry.step);
    else if (entry.type === "probe") into.probes.push(entry.probe);
    else if (entry.type === "metrics") for (const one of entry.series) add(into, one);
    if (entry.type === "run") into.config = entry.config;
    const { config } = entry.type === "describe" ? entry.description : {};
    if (config !== undefined) into.config = JSON.parse(config);
  }
}

/** Reads a log from its beginning. */
export function readLog(log: FoundLog, budget = 65_536): ReadLog {
  return readOn(log.open([]), emptyLog(), budget);
}

/** Returns the numbers of a metric in the order of its steps, as pairs. */
export function points(log: ReadLog, name: string): (readonly [step: number, number: number])[] {
  return [...(log.metrics.get(name) ?? [])].sort(([a], [b]) => a - b);
}

function add(log: ReadLog, { name, steps, numbers, anewFrom }: MetricNumbers): void {
  const all = log.metrics.get(name) ?? new Map<number, number>();
  log.metrics.set(name, all);
  for (const step of anewFrom === undefined ? [] : all.keys()) {
    if (step >= (anewFrom ?? step)) all.delete(step);
  }
  let last = -1;
  for (const [i, step] of steps.entries()) {
    if (step <= last) throw new Error(`the steps of ${name} do not rise: ${step} after ${last}`);
    last = step;
    all.set(step, numbers[i] ?? Number.NaN);
  }
}

function rewind(log: ReadLog, from: number): void {
  log.rewinds++;
  for (const all of log.metrics.values()) {
    for (const step of all.keys()) if (step >= from) all.delete(step);
  }
}
