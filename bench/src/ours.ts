/** What is measured of ablate itself, here and in the checkout of an earlier commit. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EngineError, loadEngine } from "@ablate/core";
import { costOf } from "./cpu-time.ts";
import type { KernelTimes } from "./kernel-times.ts";
import { ourScript } from "./pinned.ts";
import type { Timings } from "./timings.ts";
import { configOf, type Length } from "./workloads.ts";

/** What the engine tfjs runs on. */
export type Backend = { readonly backend: "tensorflow" | "wasm"; readonly version: string };

const HERE = fileURLToPath(new URL("../..", import.meta.url));

/** Seconds of training that a rate is taken over: a message of the worker carries about 0.15 s of steps. */
const WINDOW_SECONDS = 0.14;
/** So many times the steps of other sides: for enough windows, and to be long beside the start of the processes. */
const LONGER = 4;
/** The short run has so many times fewer steps than the long one; what both have in common is their start. */
const SHORTER = 8;

/** Trains in one process, without recording. */
export function train(net: string, length: Length, checkout?: string): Timings & Hashed {
  return ourScript(source("train.ts"), [...trainingArgs(net, length), ...from(checkout)]);
}

type Hashed = { readonly sha256: string };

/** Trains by the engine tfjs. */
export function trainTfjs({ backend }: Backend, net: string, length: Length): Timings {
  const [name, steps, ...rest] = trainingArgs(net, length);
  return ourScript(source("train.ts"), [name, steps, backend, ...rest]);
}

/** Backends of the engine tfjs that work here, with the versions of the libraries behind them. */
export async function findBackends(): Promise<Backend[]> {
  const found: Backend[] = [];
  for (const backend of ["tensorflow", "wasm"] as const) {
    try {
      const { version } = await loadEngine("tfjs", backend);
      found.push({ backend, version: version ?? "" });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return found;
}

/** Has each checkout build what is not built, so that no measurement contains that. */
export function buildAll(checkouts: readonly string[]): void {
  for (const checkout of [HERE, ...checkouts]) {
    const command = join(resolve(checkout), "ablate");
    if (!existsSync(command))
      throw new RangeError(`${checkout} is no checkout: it has no ./ablate`);
    execFileSync(command, ["--version"]);
  }
}

export function kernelTimes(net: string): KernelTimes {
  return ourScript(source("kernel-times.ts"), [net]);
}

/** Processor seconds of an evaluation of all splits, one for each time that it was made. */
export function evaluate(net: string, times: number, checkout?: string): number[] {
  return ourScript(source("evaluate.ts"), [net, String(times), ...from(checkout)]);
}

/**
 * Trains by `ablate run` into a store of its own. The processor time of a step is that of the worker and of the
 * process that writes: a second, shorter run tells what their start takes.
 */
export function record(net: string, { steps }: Length, checkout?: string): Timings {
  const long = ablateRun(net, LONGER * steps, checkout);
  const short = ablateRun(net, Math.ceil(long.steps / SHORTER), checkout);
  const cpuPerStep = (long.cpuSeconds - short.cpuSeconds) / (long.steps - short.steps);
  return { ...timingsOf(long.events), cpuPerStep, version: process.versions.node };
}

function ablateRun(net: string, steps: number, checkout: string | undefined) {
  const { file, set } = configOf(net);
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  try {
    const flags = ["--workers", "1", "--json", "--store", join(folder, "bench.db")];
    const settings = [...set.flatMap((one) => ["--set", one]), "--steps", String(steps)];
    // A run of an earlier commit has one thread, and no flag for more.
    if (checkout === undefined) settings.push("--threads", "1");
    const ablate = join(resolve(checkout ?? HERE), "ablate");
    const { stdout, cpuMs } = costOf([ablate, "run", file, ...flags, ...settings]);
    return { steps, cpuSeconds: cpuMs / 1000, events: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Mark = { readonly step: number; readonly seconds: number };

/** What the events of a run say of its steps and of the time in its training loop, recording included. */
function timingsOf(events: string): Omit<Timings, "cpuPerStep" | "version"> {
  const progress = events
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "progress");
  const marks = progress.map(
    ({ step, steps_per_s: rate }): Mark => ({ step, seconds: step / rate }),
  );
  const windows = windowsOf(marks);
  const steps = windows.reduce((sum, { step }) => sum + step, 0);
  const chunk = Math.round(steps / windows.length);
  const seconds = windows.map((window) => (window.seconds * chunk) / window.step);
  const loss = progress.at(-1)?.loss ?? Number.NaN;
  return { chunk, seconds, loss };
}

/** Steps and seconds between marks that are far enough apart, without the first tenth, in which V8 compiles. */
function windowsOf(marks: readonly Mark[]): Mark[] {
  const last = marks.at(-1) ?? { step: 0, seconds: 0 };
  const warm = marks.filter(({ step }) => step >= last.step / 10);
  const windows: Mark[] = [];
  let from = warm[0] ?? last;
  for (const mark of warm) {
    const window = { step: mark.step - from.step, seconds: mark.seconds - from.seconds };
    if (window.seconds < WINDOW_SECONDS) continue;
    windows.push(window);
    from = mark;
  }
  return windows.length > 0 ? windows : [last];
}

function trainingArgs(net: string, { steps, chunk }: Length): [string, string, string, string] {
  return [net, String(steps), "--chunk", String(chunk)];
}

function from(checkout: string | undefined): string[] {
  return checkout === undefined ? [] : ["--checkout", checkout];
}

function source(name: string): URL {
  return new URL(name, import.meta.url);
}
