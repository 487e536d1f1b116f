/** Small real stores, and sessions over them. */
import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Finding,
  openWriter,
  type Parameter,
  type Probe,
  type RunEnd,
  type StoreWriter,
} from "@ablate/store";
import { onTestFinished } from "vitest";
import type { Glyphs } from "../src/chart/raster.ts";
import { Feed } from "../src/data/feed.ts";
import { type Annotate, Session } from "../src/session/session.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "../src/state/settings.ts";
import { lineText } from "../src/text/line.ts";
import type { ColourDepth } from "../src/text/theme.ts";
import { makeFinding, makeProbes } from "./probe-make.ts";

export const PARAMETERS = [
  "embedding",
  "hidden1.weight",
  "hidden1.bias",
  "output.weight",
  "output.bias",
] as const;

type Role = Pick<Parameter, "layer" | "layerKind" | "role">;

const ROLES: Readonly<Record<(typeof PARAMETERS)[number], Role>> = {
  embedding: { layer: "embedding", layerKind: "embedding", role: "embedding" },
  "hidden1.weight": { layer: "hidden1", layerKind: "hidden", role: "weight" },
  "hidden1.bias": { layer: "hidden1", layerKind: "hidden", role: "bias" },
  "output.weight": { layer: "output", layerKind: "output", role: "weight" },
  "output.bias": { layer: "output", layerKind: "output", role: "bias" },
};

export type RunPlan = {
  readonly label: string;
  readonly seed?: number;
  readonly gain?: number;
  readonly lr?: Readonly<Record<string, number>>;
  readonly steps?: number;
  /** Loss of a step; NaN where it diverges. */
  readonly loss?: (step: number) => number;
  /** Update:data ratio of a parameter, by its index. */
  readonly ratio?: (parameter: number, step: number) => number;
  readonly valid?: number;
  /** Numbers of a step by names of their own; a step may lack some. */
  readonly metrics?: (step: number) => Readonly<Record<string, number>>;
  readonly probes?: readonly Probe[];
  readonly findings?: readonly Finding[];
  readonly isDiagnosed?: boolean;
  readonly end?: Partial<RunEnd> | null;
};

/** A folder for a test, which goes away with it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tui-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  return folder;
}

/** A store with these runs in one grid; returns its path. */
export function makeStore(runs: readonly RunPlan[], grid = "g"): string {
  const path = join(temporaryFolder(), "ablate.db");
  const writer = openWriter(path, { clock: clockFrom(Date.UTC(2026, 0, 2)) });
  addRuns(writer, runs, grid);
  writer.close();
  return path;
}

export function addRuns(writer: StoreWriter, runs: readonly RunPlan[], grid: string): void {
  const stored = writer.planGrid({
    name: grid,
    description: "",
    spec: `name: ${grid}`,
    runs: runs.map((run) => ({
      hash: `${grid}-${run.label}-0123456789`,
      name: `${grid}/${run.label}`,
      label: run.label,
      config: configOf(run),
      seed: run.seed ?? 42,
      engine: "simd",
      steps: run.steps ?? 400,
    })),
  });
  for (const [i, run] of runs.entries()) {
    const id = stored[i]?.id;
    if (id !== undefined && run.end !== null) train(writer, id, run);
  }
}

const EXAMPLE_FINDINGS: readonly Finding[] = [
  makeFinding(),
  makeFinding({
    rule: "slow-updates",
    layer: null,
    param: "hidden1.weight",
    step: 121,
    value: 10 ** -4.5,
    message: "hidden1.weight learns too slowly since step 121: raise the learning rate",
  }),
  makeFinding({
    level: "error",
    rule: "divergence",
    layer: null,
    step: 300,
    value: null,
    message: "the loss has climbed: lower the learning rate",
  }),
  makeFinding({ level: "info", rule: "dead-units", value: 2, message: "2 dead units: 7, 31" }),
];

/** What a user has after an afternoon: variants and seeds in every state. */
export function exampleStore(): string {
  const seeds = [1, 2, 3];
  const slow = (parameter: number, step: number) =>
    parameter === 1 && step > 120 ? 10 ** -4.5 : 10 ** (-2.5 - parameter / 10);
  return makeStore(
    [
      ...seeds.map((seed) => ({
        label: `v1-seed=${seed}`,
        seed,
        gain: 1,
        loss: (step: number) => falling(step) + seed / 20,
        valid: 2.2 + seed / 100,
        ratio: slow,
        probes: makeProbes([0, 1, 10, 100, 400], { depth: 5, dead: [7, 31] }),
        findings: EXAMPLE_FINDINGS,
      })),
      ...seeds.map((seed) => ({
        label: `v5-seed=${seed}`,
        seed,
        gain: 5 / 3,
        lr: { 0: 0.1, 200: 0.01 },
        loss: (step: number) => falling(step) - seed / 40,
        valid: 2.1 + seed / 100,
        ratio: slow,
        probes: makeProbes([0, 1, 10, 100, 400], { gain: 5 / 3, isNormed: true }),
      })),
      { label: "hot", gain: 9, loss: (step) => (step > 150 ? Number.NaN : 3.3 + step / 50) },
      {
        label: "bad",
        gain: 2,
        steps: 100,
        end: { state: "failed", reason: "error", error: "cannot allocate memory" },
      },
      { label: "next", gain: 3, end: null },
    ],
    "study",
  );
}

export function session(
  path: string,
  {
    columns = 118, // one pane
    rows = 40,
    settings = {},
    glyphs = "braille",
    depth = "256",
    part,
    annotate = (change) => `${change.kind} ${"target" in change ? change.target : change.key}`,
  }: {
    readonly columns?: number;
    readonly rows?: number;
    readonly settings?: Partial<ViewSettings>;
    readonly glyphs?: Glyphs;
    readonly depth?: ColourDepth;
    readonly annotate?: Annotate;
    readonly part?: number;
  } = {},
): Session {
  const feed = new Feed(path, { part });
  onTestFinished(() => feed.close());
  return new Session({
    feed,
    size: { columns, rows },
    settings: { ...DEFAULT_SETTINGS, ...settings },
    glyphs,
    depth,
    annotate,
  });
}

/** Types keys, one after another. */
export function press(ui: Session, ...keys: readonly string[]): void {
  for (const key of keys) ui.key(key);
}

/** The lines on the screen, without what is white at their ends. */
export function screen({ frame: { header, body, footer } }: Session): string[] {
  return [...header, ...body, ...footer].map((one) => lineText(one).trimEnd());
}

/** Lines as one, for texts that go on in the next of them. */
export function oneLine(lines: readonly string[]): string {
  return lines.join(" ").replace(/\s+/g, " ");
}

/** The lines of the table of runs that show one. */
export function rows(ui: Session): string[] {
  return screen(ui).filter((text) => /^.{3}[✓✗▲●○■▸▾] /u.test(text));
}

const SECONDS_PER_BATCH = 10;

function train(writer: StoreWriter, id: number, run: RunPlan): void {
  const { steps = 400, loss = falling, ratio = () => 1e-3, lr = { 0: 0.1 }, valid = 2.1 } = run;
  const token = `token-${id}`;
  const claim = { token, pid: process.pid, host: hostname() };
  writer.claimRun(id, claim, { node: "24.21.0", cpu: "a test" }, PARAMETERS.map(parameter));
  const losses = Float64Array.from({ length: steps }, (_, step) => loss(step));
  const broken = losses.findIndex((value) => !Number.isFinite(value));
  const count = broken < 0 ? steps : broken + 1;
  for (let first = 0; first < count; first += 100) {
    const size = Math.min(100, count - first);
    writer.appendSteps(id, token, {
      first,
      count: size,
      loss: losses.subarray(first, first + size),
      lr: Float64Array.from({ length: size }, (_, i) => rateAt(lr, first + i)),
      ratios: Float32Array.from({ length: size * PARAMETERS.length }, (_, i) =>
        ratio(i % PARAMETERS.length, first + Math.floor(i / PARAMETERS.length)),
      ),
      trainSeconds: ((first + size) / 100) * SECONDS_PER_BATCH,
    });
  }
  const points = Array.from({ length: run.metrics === undefined ? 0 : count }, (_, step) =>
    Object.entries(run.metrics?.(step) ?? {}).map(([name, value]) => ({ name, step, value })),
  );
  if (run.metrics !== undefined) writer.declareMetrics(id, token, DECLARED);
  writer.appendMetrics(id, token, points.flat());
  for (const probe of run.probes ?? []) writer.appendProbe(id, token, probe);
  if (run.isDiagnosed === true) writer.setThresholds(id, token, "{}");
  writer.setFindings(id, token, run.findings ?? []);
  if (run.end === undefined && broken < 0) end(writer, { id, token }, { steps, valid });
  else if (run.end !== undefined || broken >= 0) {
    const state = broken >= 0 ? "diverged" : "failed";
    writer.endRun(id, token, {
      state,
      reason: state,
      error: null,
      trainSeconds: 1,
      snapshot: null,
      ...run.end,
    });
  }
}

/** What runs with metrics say of them. */
const DECLARED = [{ name: "gradient_norm", unit: null, goal: null, isLog: true, guide: 1 }];

function end(
  writer: StoreWriter,
  { id, token }: { readonly id: number; readonly token: string },
  { steps, valid }: { readonly steps: number; readonly valid: number },
): void {
  writer.endRun(id, token, {
    state: "finished",
    reason: "steps",
    error: null,
    trainSeconds: (steps / 100) * SECONDS_PER_BATCH,
    snapshot: {
      step: steps,
      evaluations: (["train", "valid", "test"] as const).map((split) => ({
        split,
        statistics: "none",
        loss: valid,
      })),
      samples: ["emma", "ava", "mia"],
      weights: new Uint8Array(8),
    },
  });
}

/** From ln 27 down to about 2, the same every time. */
export function falling(step: number): number {
  return 2 + 1.296 * Math.exp(-step / 80) + 0.05 * Math.sin(step * 1.7);
}

function parameter(name: (typeof PARAMETERS)[number]): Parameter {
  const rest = ROLES[name];
  return name === "output.weight"
    ? { name, ...rest, shape: [200, 27], size: 5400 }
    : { name, ...rest, shape: [27, 10], size: 270 };
}

function rateAt(rates: Readonly<Record<string, number>>, step: number): number {
  const from = Object.keys(rates)
    .map(Number)
    .filter((first) => first <= step);
  return rates[String(Math.max(...from))] ?? 0;
}

function configOf({ seed = 42, gain = 1, lr = { 0: 0.1 }, steps = 400 }: RunPlan): string {
  return JSON.stringify({
    data: { file: "names.txt", context: 3, shuffle_seed: 42 },
    model: { embedding: 10, hidden: [200], activation: "tanh", bias: true, batch_norm: "none" },
    init: {
      hidden: { weight: { scheme: "kaiming", gain }, bias: { scheme: "normal", std: 0.01 } },
    },
    train: { steps, batch_size: 32, lr, l2: 0 },
    record: { evaluate: "end", samples: 3 },
    engine: "simd",
    seed,
  });
}

/** A clock that goes on by one batch each time it is read while training. */
function clockFrom(start: number): () => number {
  let now = start;
  return () => {
    now += SECONDS_PER_BATCH * 1000;
    return now;
  };
}
