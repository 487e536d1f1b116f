/** The engine tfjs from the outside. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { ablate, ablateWith, type Ended, jsonRows, makeFolder } from "./make.ts";

const WASM = { ABLATE_TFJS_BACKEND: "wasm" };

/** A folder in which `small.yaml` was run by simd, then on WebAssembly. */
let trained = "";
let run: Ended;

beforeAll(() => {
  trained = makeFolder();
  ablate(trained, "run", "small.yaml", "--quiet");
  run = ablateWith(WASM, trained, "run", "small.yaml", "--engine", "tfjs");
});

test("--engine tfjs trains runs of their own and says once what they run on", () => {
  expect(run.status).toBe(0);
  const said = run.stderr.split("\n").filter((line) => line.startsWith("engine tfjs"));
  expect(said).toEqual(["engine tfjs: the WebAssembly backend of TensorFlow.js 4.22.0: asked for"]);
  const runs = jsonRows(ablate(trained, "runs", "--json"));
  expect(runs.map(({ engine, state }) => [engine, state])).toEqual([
    ["simd", "finished"],
    ["simd", "finished"],
    ["tfjs", "finished"],
    ["tfjs", "finished"],
  ]);
});

test("both engines record the same losses, evaluations and samples", () => {
  const sql = (engine: string) =>
    `select * from loss join runs using (run) where engine = '${engine}' order by label, seed, step`;
  const [simd = [], tfjs = []] = ["simd", "tfjs"].map((engine) =>
    jsonRows(ablate(trained, "query", sql(engine), "--json")),
  );

  expect(tfjs).toHaveLength(400);
  for (const [i, row] of tfjs.entries()) {
    expect(Math.abs(Number(row.loss) - Number(simd[i]?.loss))).toBeLessThan(1e-5);
    expect(Math.abs(Number(row.valid_loss) - Number(simd[i]?.valid_loss))).toBeLessThan(1e-5);
  }
});

test("what it ran on is stored with the run", () => {
  const [name = ""] = jsonRows(ablate(trained, "runs", "engine:tfjs", "--json")).map(({ run }) =>
    String(run),
  );
  const [shown] = jsonRows(ablate(trained, "show", name, "--json"));

  expect(shown?.provenance).toMatchObject({
    backend: "wasm",
    backend_version: "4.22.0",
    backend_reason: "asked for",
  });
  expect(jsonRows(ablate(trained, "show", "small/plain", "--json"))[0]?.provenance).toMatchObject({
    backend: "simd",
    backend_version: null,
    backend_reason: null,
  });
});

test("sample draws the recorded names on the run's own engine", () => {
  const [name = ""] = jsonRows(ablate(trained, "runs", "engine:tfjs", "--json")).map(({ run }) =>
    String(run),
  );
  const recorded = jsonRows(
    ablate(trained, "query", `select text from samples where run = '${name}'`, "--json"),
  );

  const { stdout } = ablateWith(WASM, trained, "sample", name, "--count", "4");

  expect(stdout).toBe(`${recorded.map(({ text }) => text).join("\n")}\n`);
});

test("--json tells what it runs on in an event, once", () => {
  const { stdout } = ablateWith(
    WASM,
    makeFolder(),
    "run",
    "small.yaml",
    "--engine",
    "tfjs",
    "--steps",
    "5",
    "--json",
  );
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  expect(events.filter(({ event }) => event === "engine")).toEqual([
    { event: "engine", engine: "tfjs", backend: "wasm", version: "4.22.0", reason: "asked for" },
  ]);
});

test("a backend that does not exist is one sentence", () => {
  const { status, stderr } = ablateWith(
    { ABLATE_TFJS_BACKEND: "webgl" },
    makeFolder(),
    "run",
    "small.yaml",
    "--engine",
    "tfjs",
  );

  expect([status, stderr]).toEqual([
    2,
    'ablate: ABLATE_TFJS_BACKEND is "webgl"; it takes tensorflow, wasm, cpu\n',
  ]);
});

test("verify holds the engines against each other, series by series", () => {
  const verify = ablateWith(WASM, trained, "verify", "small.yaml", "--steps", "100");

  expect(verify.status).toBe(0);
  expect(verify.stdout).toMatch(
    /^small\/plain\nseries +compared +tfjs wasm +at step\nloss +all +\d\.\de-\d+ +\d+\n/,
  );
  expect(verify.stdout).toMatch(/^valid:running +all/m);
  expect(verify.stdout).toMatch(/^log10_ratio:hidden1\.bias +\d of 100 /m);
  expect(verify.stdout).toMatch(/the engines agree\n$/);
});

test("verify compares a chaotic run as far as rounding lets it", () => {
  const chaotic = ["--set", "init.hidden.weight={ scheme: normal, std: 9 }", "--set", "train.lr=5"];
  const { status, stdout } = ablateWith(
    WASM,
    trained,
    "verify",
    "small.yaml",
    "--only",
    "plain",
    "--steps",
    "200",
    ...chaotic,
    "--json",
  );
  const [loss] = JSON.parse(stdout);

  expect(status).toBe(0);
  expect(loss).toMatchObject({ series: "loss", ok: true, steps: 200 });
  expect(loss.compared).toBeGreaterThan(0);
  expect(loss.compared).toBeLessThan(200);
});

const BROKEN: readonly [string, Uint8Array | null, RegExp][] = [
  ["no addon", null, /native TensorFlow is not installed; `npx pnpm@12 tensorflow` installs it/],
  ["half an addon", Buffer.from("\x7fELF"), /native TensorFlow does not load \(.+\)/],
  ["an addon for another platform", elfFor(0xb7), /native TensorFlow does not load \(.+\)/],
];

test.each(BROKEN)("%s: one sentence, and training on WebAssembly", (_, addon, sentence) => {
  const folder = makeFolder();
  const variables = { NODE_OPTIONS: `--import=${withAddon(addon)}` };

  const { status, stderr } = ablateWith(
    variables,
    folder,
    "run",
    "small.yaml",
    "--engine",
    "tfjs",
    "--steps",
    "5",
  );
  const [, , , tfjs] = jsonRows(ablateWith(variables, folder, "doctor", "--json"));

  expect(status).toBe(0);
  const said = stderr.split("\n").filter((line) => line.includes("TensorFlow"));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^engine tfjs: the WebAssembly backend of TensorFlow\.js 4\.22\.0: /);
  expect(said[0]).toMatch(sentence);
  expect(tfjs).toMatchObject({ check: "engine tfjs", ok: true });
  expect(String(tfjs?.detail)).toMatch(sentence);
});

test("TensorFlow that was asked for and is not there stops the command and leaves the runs to train", () => {
  const folder = makeFolder();
  const variables = {
    NODE_OPTIONS: `--import=${withAddon(null)}`,
    ABLATE_TFJS_BACKEND: "tensorflow",
  };

  const { status, stderr } = ablateWith(
    variables,
    folder,
    "run",
    "small.yaml",
    "--engine",
    "tfjs",
    "--quiet",
  );

  expect([status, stderr]).toEqual([
    2,
    "ablate: engine tfjs: native TensorFlow is not installed\n",
  ]);
  const runs = jsonRows(ablate(folder, "runs", "--json"));
  expect(runs.map(({ state }) => state)).toEqual(["pending", "pending"]);
});

/** A module that makes Node take `@tensorflow/tfjs-node` from a copy with this addon. */
function withAddon(addon: Uint8Array | null): string {
  const core = join(import.meta.dirname, "../../core");
  const original = realpathSync(join(core, "node_modules/@tensorflow/tfjs-node"));
  const folder = mkdtempSync(join(tmpdir(), "ablate-tfjs-"));
  const copy = join(folder, "node_modules/@tensorflow/tfjs-node");
  cpSync(original, copy, {
    recursive: true,
    filter: (path) =>
      !/tfjs-node\/(lib|deps|node_modules|src|python)/.test(path.slice(original.length - 9)),
  });
  rmSync(join(copy, "lib"), { recursive: true, force: true });
  symlinkSync(join(dirname(original), "tfjs"), join(folder, "node_modules/@tensorflow/tfjs"));
  for (const name of ["@mapbox", "long", "google-protobuf"]) {
    const target = join(original, "../..", name);
    symlinkSync(target, join(folder, "node_modules", name));
  }
  if (addon !== null) {
    mkdirSync(join(copy, "lib/napi-v8"), { recursive: true });
    writeFileSync(join(copy, "lib/napi-v8/tfjs_binding.node"), addon);
  }
  const entry = pathToFileURL(join(copy, "dist/index.js"));
  const hook = join(folder, "hook.mjs");
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "@tensorflow/tfjs-node"
      ? { url: ${JSON.stringify(entry)}, format: "commonjs", shortCircuit: true }
      : next(specifier, context),
});
`,
  );
  return hook;
}

/** The beginning of a 64-bit shared object for this ELF machine number. */
function elfFor(machine: number): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(header.buffer);
  view.setUint16(16, 3, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  return header;
}
