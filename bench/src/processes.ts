/** Each measurement runs in a process of its own, one after the other. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EngineError, loadEngine } from "@ablate/core";
import { type WorkloadName, workloadFile } from "./workloads.ts";

export type Speed = { readonly stepsPerSecond: number; readonly sha256: string };
export type KernelTimes = {
  readonly ceilingGflops: number;
  readonly matrixMicroseconds: number;
  readonly matrix: readonly { kernel: string; microseconds: number; gflops: number }[];
  readonly rest: readonly { kernel: string; microseconds: number }[];
};
/** What the engine tfjs runs on. */
export type Backend = { readonly backend: "tensorflow" | "wasm"; readonly version: string };
/** A Python with torch. */
export type Peer = { readonly python: string; readonly version: string };

/** Training alone; `flags` go to V8. */
export function train(name: WorkloadName, steps: number, flags: readonly string[] = []): Speed {
  return node([...flags, path("train.ts"), name, String(steps)]);
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

/** Training alone by the engine tfjs. */
export function trainTfjs({ backend }: Backend, name: WorkloadName, steps: number): number {
  const { stepsPerSecond } = node<Speed>([path("train.ts"), name, String(steps), backend]);
  return stepsPerSecond;
}

export function kernelTimes(name: WorkloadName): KernelTimes {
  return node([path("kernel-times.ts"), name]);
}

/** `ablate run` into a store of its own, the second of two runs: steps/s with every step recorded. */
export function record(name: WorkloadName, steps: number): number {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  try {
    const args = [
      "run",
      workloadFile(name),
      "--workers",
      "1",
      "--json",
      "--store",
      join(folder, "bench.db"),
    ];
    const events = execFileSync(
      path("../../ablate"),
      [...args, "--seeds", "2,1", "--steps", String(steps)],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = events
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === "ended");
    return ended.at(-1).steps_per_s;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function trainPeer({ python }: Peer, name: WorkloadName, steps: number): number {
  const script = path("../pytorch/train.py");
  const output = execFileSync(python, [script, name, String(steps)], { encoding: "utf8" });
  return JSON.parse(output).stepsPerSecond;
}

/** The interpreters of `ABLATE_PYTHON` (separated by colons; else `python3`) that can import torch. */
export function findPeers(): Peer[] {
  const interpreters = (process.env.ABLATE_PYTHON ?? "python3").split(":");
  return interpreters.flatMap((python) => {
    const { status, stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], {
      encoding: "utf8",
    });
    return status === 0 ? [{ python, version: stdout.trim() }] : [];
  });
}

function node<T>(args: readonly string[]): T {
  const all = ["--conditions=@ablate/source", ...args];
  return JSON.parse(execFileSync(process.execPath, all, { encoding: "utf8" }));
}

function path(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
