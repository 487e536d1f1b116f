import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { decodeFrame, encodeFrame as encodeTheirs, type Frame } from "@ablate/frames";
import type * as TensorFlow from "@tensorflow/tfjs";
import { expect, onTestFinished, test } from "vitest";
import { encodeFrame } from "../src/frame.ts";
import { AblateCallback, record } from "../src/index.ts";

const PACKAGE = join(import.meta.dirname, "..");
const { resolve } = createRequire(import.meta.url);

/** Where TensorFlow.js is, by backend. */
const BACKENDS = {
  cpu: ["@tensorflow/tfjs", ""],
  wasm: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"],
  tensorflow: ["@tensorflow/tfjs-node", ""],
} as const;

type Backend = keyof typeof BACKENDS;

/** What train.mjs prints. */
type Trained = {
  readonly bare: {
    readonly weights: unknown;
    readonly history?: unknown;
    readonly losses?: number[];
  };
  readonly recorded: Trained["bare"] & { readonly history?: Readonly<Record<string, number[]>> };
  readonly rows: readonly { readonly loss: number; readonly ratios: (number | "NaN" | null)[] }[];
  readonly tensors: number;
  readonly bareTensors: number;
  readonly warnings: readonly string[];
  readonly backend: string;
};

let installed: string | undefined;

/** Returns an empty folder in which the packed package is installed, without any network. */
function app(): string {
  installed ??= install();
  return installed;
}

function install(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tfjs-"));
  const source = join(folder, "package");
  mkdirSync(source);
  const built = ["-p", join(PACKAGE, "tsconfig.build.json"), "--outDir", join(source, "dist")];
  run(join(PACKAGE, "../../node_modules/.bin/tsc"), built, PACKAGE);
  for (const name of ["package.json", "LICENSE", "README.md"]) {
    copyFileSync(join(PACKAGE, name), join(source, name));
  }
  const [packed] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", folder], source));
  const made = join(folder, "app");
  mkdirSync(made);
  writeFileSync(join(made, "package.json"), '{"private": true}');
  run(
    "npm",
    ["install", "--offline", "--no-audit", "--no-fund", join("..", packed.filename)],
    made,
  );
  copyFileSync(join(import.meta.dirname, "train.mjs"), join(made, "train.mjs"));
  return made;
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

function train(
  backend: Backend,
  way: "fit" | "loop",
  options: Readonly<Record<string, unknown>> = {},
): { trained: Trained; frames: readonly Frame[] } {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tfjs-runs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [tf, more] = BACKENDS[backend].map((name) => name && pathToFileURL(resolve(name)).href);
  const said = { folder, ...base, ...options };
  const args = ["train.mjs", tf ?? "", more ?? "", backend, way, JSON.stringify(said)];
  const lines = run(process.execPath, args, app()).trimEnd().split("\n");
  return { trained: JSON.parse(lines.at(-1) ?? ""), frames: framesIn(folder) };
}

const base = { name: "digits/a", config: { lr: 0.05, net: { units: 16 } }, seed: 7 };

function framesIn(folder: string): readonly Frame[] {
  const frames: Frame[] = [];
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    for (let at = 0; at < bytes.length; ) {
      const read = decodeFrame(bytes, at);
      if (read === undefined) throw new Error("the last frame is cut off");
      frames.push(read.frame);
      at = read.end;
    }
  }
  return frames;
}

/** Returns all numbers of an array of the frames of steps. */
function numbersOf(frames: readonly Frame[], array: string): number[] {
  return frames
    .filter(({ head }) => head.type === "steps")
    .flatMap(({ arrays }) => [...(arrays[array] ?? [])]);
}

/** Returns the numbers that were logged by a name, by their steps. */
function logged(frames: readonly Frame[], name: string): [number, number][] {
  return frames
    .filter(({ head }) => head.type === "metrics")
    .flatMap(({ head, arrays }) => {
      const i = Array.isArray(head.series) ? head.series.indexOf(name) : -1;
      const steps = [...(arrays[`steps${i}`] ?? [])];
      return steps.map((step, k): [number, number] => [step, arrays[`numbers${i}`]?.[k] ?? 0]);
    });
}

const native = spawnSync(process.execPath, [
  "-e",
  `require(${JSON.stringify(resolve("@tensorflow/tfjs-node"))})`,
]);
const hasNative = native.status === 0;
if (!hasNative)
  test.skip("tfjs-node: no native TensorFlow here; `pnpm tensorflow` gets it", () => {});

test("encodes frames byte for byte as docs/frames.md has them", () => {
  const head = { type: "steps", first: 3, name: "grün", metrics: ["a"] };
  const arrays = {
    loss: Float64Array.of(1, Number.NaN, -0.5),
    ratios: Float32Array.of(1e-3, Number.POSITIVE_INFINITY, 0),
    empty: new Float64Array(),
  };

  expect(Buffer.from(encodeFrame(head, arrays))).toEqual(encodeTheirs({ head, arrays }));
  expect(Buffer.from(encodeFrame({}))).toEqual(encodeTheirs({ head: {}, arrays: {} }));
});

/** What users write, with the types that TensorFlow.js has. */
function typed(
  tf: typeof TensorFlow,
  model: TensorFlow.LayersModel,
  x: TensorFlow.Tensor,
): unknown {
  const run = record(tf, model, model.optimizer);
  run.step(tf.mean(x), { accuracy: tf.mean(x), rate: 1 });
  record(tf, { w: tf.variable(x) }, tf.train.sgd(1), { every: 10, ratios: "std" });
  return model.fit(x, x, { callbacks: [new AblateCallback({ tf, name: "a", seed: 1 })] });
}

test("fits the types of TensorFlow.js", () => {
  expect(typed).toHaveLength(3);
});

const cases = [
  ...(["cpu", "wasm"] as const).flatMap((backend) => [
    { backend, isDevice: false, ratios: "rms" },
    { backend, isDevice: true, ratios: "std" },
  ]),
  ...(hasNative ? [{ backend: "tensorflow", isDevice: false, ratios: "rms" } as const] : []),
];

test.each(cases)("records a fit on $backend (device: $isDevice, $ratios) as it is", (options) => {
  const { backend, isDevice, ratios } = options;
  const { trained, frames } = train(backend, "fit", { isDevice, ratios, steps: 18 });
  const [first] = frames;

  expect(trained.recorded.weights).toEqual(trained.bare.weights);
  expect(trained.recorded.history).toEqual(trained.bare.history);
  expect(trained.tensors).toBe(0);
  expect(trained.warnings).toEqual([]);
  expect(first?.head).toMatchObject({
    ...{ ...base, type: "run", framework: "tensorflow.js", steps: 18, ratios, every: 1, start: 0 },
  });
  const listed = [
    ["first.kernel", "hidden", "weight", true],
    ["first.bias", "hidden", "bias", true],
    ["norm.gamma", "norm", "gain", true],
    ["norm.beta", "norm", "shift", true],
    ["frozen.kernel", "hidden", "weight", false],
    ["frozen.bias", "hidden", "bias", false],
    ["last.kernel", "output", "weight", true],
    ["last.bias", "output", "bias", true],
  ].map(([name, kind, role, trained]) => expect.objectContaining({ name, kind, role, trained }));
  expect(first?.head.parameters).toEqual(listed);
  expect(numbersOf(frames, "loss")).toEqual(trained.rows.map(({ loss }) => loss));
  expect(numbersOf(frames, "lr")).toEqual(trained.rows.map(() => 0.05));
  const expected = trained.rows.flatMap((row) => row.ratios);
  const recorded = numbersOf(frames, "ratios");
  expect(recorded).toHaveLength(expected.length);
  for (const [i, ratio] of expected.entries()) {
    // A gain that starts constant has no spread, which is a rounding error of sums in single precision.
    if (typeof ratio === "number" && (ratios === "rms" || !/norm|bias/.test(`${parameterAt(i)}`))) {
      expect(Math.abs((recorded[i] ?? 0) / ratio - 1)).toBeLessThan(isDevice ? 1e-3 : 1e-6);
    }
  }
  const history = trained.recorded.history ?? {};
  expect(logged(frames, "val_loss")).toEqual(
    history.val_loss?.map((loss, i) => [6 * (i + 1), loss]),
  );
  expect(logged(frames, "epoch_acc").map(([, number]) => number)).toEqual(history.acc);
  expect(logged(frames, "epoch").map(([, number]) => number)).toEqual([1, 2, 3]);
  expect(frames.at(-1)?.head).toMatchObject({ type: "end", state: "finished" });
});

const PARAMETERS = [
  ...["first.kernel", "first.bias", "norm.gamma", "norm.beta", "last.kernel", "last.bias"],
];

function parameterAt(i: number): string | undefined {
  return PARAMETERS[i % PARAMETERS.length];
}

test("records a loop of one's own, ratios now and then", () => {
  const { trained, frames } = train("cpu", "loop", { every: 10 });
  const ratios = numbersOf(frames, "ratios");

  expect(trained.recorded).toEqual(trained.bare);
  expect(trained.tensors).toBe(0);
  expect(numbersOf(frames, "loss")).toEqual(trained.recorded.losses);
  expect(ratios.map(Number.isNaN)).toEqual(
    Array.from({ length: 120 }, (_, i) => Math.floor(i / 2) % 10 !== 0),
  );
  expect(numbersOf(frames, "metrics")).toEqual(Array.from({ length: 60 }, (_, i) => 2 * i));
  expect(logged(frames, "valid_loss")).toEqual([
    [20, 19],
    [40, 39],
    [60, 59],
  ]);
  expect(frames[0]?.head.parameters).toMatchObject([
    { name: "net/kernel", layer: "net", kind: "hidden", role: "weight", shape: [8, 3] },
    { name: "net/bias", layer: "net", role: "bias", shape: [3] },
  ]);
});

test("goes on training with one warning where nothing can be recorded", () => {
  const file = join(mkdtempSync(join(tmpdir(), "ablate-tfjs-")), "file");
  onTestFinished(() => rmSync(dirname(file), { recursive: true, force: true }));
  writeFileSync(file, "");
  chmodSync(file, 0o444);
  const { trained } = train("cpu", "fit", { folder: join(file, "runs") });

  expect(trained.recorded.weights).toEqual(trained.bare.weights);
  expect(trained.warnings).toEqual([
    expect.stringMatching(/^ablate: recording stops, training goes on: ENOTDIR/),
  ]);
  expect(trained.tensors).toBe(0);
});

test("says how a process ended that did not finish its run", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tfjs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const script = `
    import * as tf from ${JSON.stringify(pathToFileURL(resolve("@tensorflow/tfjs")).href)};
    import { record } from "ablate-lab-tfjs";
    const run = record(tf, [], null, { folder: ${JSON.stringify(folder)} });
    run.step(0.5);
    throw new Error("the training fails");
  `;
  writeFileSync(join(app(), "fails.mjs"), script);
  spawnSync(process.execPath, ["fails.mjs"], { cwd: app() });
  const frames = framesIn(folder);

  expect(numbersOf(frames, "loss")).toEqual([0.5]);
  expect(frames.at(-1)?.head).toMatchObject({ type: "end", state: "failed" });
});
