import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Parameter, ParameterRole } from "@ablate/core";
import { expect, onTestFinished, vi } from "vitest";
import {
  type Claim,
  type GridPlan,
  openReader,
  openWriter,
  type PlannedRun,
  type StepBlock,
  type StoreReader,
  type StoreWriter,
} from "../src/index.ts";
import { processFacts } from "../src/writing/process.ts";

export const NOW: number = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Starts a process that does nothing until the test ends; stopped, it computes not even that. */
export async function idleProcess(isStopped: boolean): Promise<number> {
  const child = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const { pid = 0 } = child;
  if (isStopped) {
    child.kill("SIGSTOP");
    await vi.waitFor(() => expect(processFacts(pid)?.isAtWork).toBe(false));
  }
  return pid;
}

export const CLAIM: Claim = { token: "ours", pid: process.pid, host: hostname() };

/** A path in a folder of its own, which goes away with the test. */
export function temporaryPath(name = "ablate.db"): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-store-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}

export function writerAt(path: string, clock: () => number = () => NOW): StoreWriter {
  const writer = openWriter(path, { clock });
  onTestFinished(() => closeQuietly(writer));
  return writer;
}

export function readerAt(path: string): StoreReader {
  const reader = openReader(path);
  onTestFinished(() => reader.close());
  return reader;
}

export function plannedRun(label: string, fields: Partial<PlannedRun> = {}): PlannedRun {
  const hash = `${label}-hash-0123456789`;
  const config = JSON.stringify({ label });
  return {
    hash,
    name: `g/${label}`,
    label,
    config,
    seed: 42,
    engine: "simd",
    steps: 10,
    ...fields,
  };
}

export function gridOf(runs: readonly PlannedRun[], name = "g"): GridPlan {
  return { name, description: `about ${name}`, spec: `name: ${name}`, runs };
}

/** A store with one claimed run `g/v` that has these parameters. */
export function claimedRun(
  names: readonly string[],
  path: string = temporaryPath(),
): { path: string; writer: StoreWriter; id: number } {
  const writer = writerAt(path);
  const id = idOf(writer, plannedRun("v"));
  writer.claimRun(id, CLAIM, { node: "24" }, parametersOf(names));
  return { path, writer, id };
}

export function idOf(writer: StoreWriter, run: PlannedRun): number {
  const stored = writer.planGrid(gridOf([run]))[0];
  if (stored === undefined) throw new Error("the plan has no run");
  return stored.id;
}

export function parametersOf(names: readonly string[]): Parameter[] {
  return names.map((name) => ({ ...roleOf(name), name, shape: [2, 3], size: 6 }));
}

const ROLES: readonly ParameterRole[] = ["weight", "bias", "embedding"];

/** `hidden1.weight`, `output.bias` and `embedding` are told by their names; the others are just there. */
function roleOf(name: string): Pick<Parameter, "layer" | "layerKind" | "role"> {
  const [layer = name, part = layer] = name.split(".");
  const role = ROLES.find((one) => one === part) ?? "other";
  if (layer.startsWith("hidden")) return { layer, layerKind: "hidden", role };
  if (layer === "output" || layer === "embedding") return { layer, layerKind: layer, role };
  return { layer, layerKind: "other", role };
}

/** Steps from `first` with these losses, lr 0.1 and these ratios. */
export function blockOf(
  first: number,
  losses: readonly number[],
  ratios: readonly number[] = [],
): StepBlock {
  return {
    first,
    count: losses.length,
    loss: Float64Array.from(losses),
    lr: new Float64Array(losses.length).fill(0.1),
    ratios: Float32Array.from(ratios),
  };
}

export const FINISHED = {
  state: "finished",
  reason: "steps",
  error: null,
  trainSeconds: 2,
  snapshot: null,
} as const;

function closeQuietly(writer: StoreWriter): void {
  try {
    writer.close();
  } catch {
    // The test has closed it or taken its file away.
  }
}
