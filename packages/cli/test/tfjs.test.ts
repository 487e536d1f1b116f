/** The engine tfjs from the outside. */
import { beforeAll, expect, test } from "vitest";
import { type Ended, jsonRows, makeFolder, spawnAblate, spawnAblateWith } from "./make.ts";
import { elfFor, half, type NativePart, withNativePart } from "./native-part.ts";

const WASM = { ABLATE_TFJS_BACKEND: "wasm" };

/** A folder in which `small.yaml` was run by simd, then on WebAssembly. */
let trained = "";
let run: Ended;

beforeAll(() => {
  trained = makeFolder();
  spawnAblate(trained, "run", "small.yaml", "--quiet");
  run = runTfjs(WASM, trained);
});

test("--engine tfjs trains runs of their own and says once what they run on", () => {
  expect(run.status).toBe(0);
  const said = run.stderr.split("\n").filter((line) => line.startsWith("engine tfjs"));
  expect(said).toEqual(["engine tfjs: the WebAssembly backend of TensorFlow.js 4.22.0: asked for"]);
  const runs = jsonRows(spawnAblate(trained, "runs", "--json"));
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
    jsonRows(spawnAblate(trained, "query", sql(engine), "--json")),
  );

  expect(tfjs).toHaveLength(400);
  for (const [i, row] of tfjs.entries()) {
    expect(Math.abs(Number(row.loss) - Number(simd[i]?.loss))).toBeLessThan(1e-5);
    expect(Math.abs(Number(row.valid_loss) - Number(simd[i]?.valid_loss))).toBeLessThan(1e-5);
  }
});

test("what it ran on is stored with the run", () => {
  const [name = ""] = jsonRows(spawnAblate(trained, "runs", "engine:tfjs", "--json")).map(
    ({ run }) => String(run),
  );
  const [shown] = jsonRows(spawnAblate(trained, "show", name, "--json"));

  expect(shown?.provenance).toMatchObject({
    backend: "wasm",
    backend_version: "4.22.0",
    backend_reason: "asked for",
  });
  expect(
    jsonRows(spawnAblate(trained, "show", "small/plain", "--json"))[0]?.provenance,
  ).toMatchObject({
    backend: "simd",
    backend_version: expect.stringMatching(/^(fused|soft), (128|256) bits$/),
    backend_reason: null,
  });
});

test("sample draws the recorded names on the run's own engine", () => {
  const [name = ""] = jsonRows(spawnAblate(trained, "runs", "engine:tfjs", "--json")).map(
    ({ run }) => String(run),
  );
  const recorded = jsonRows(
    spawnAblate(trained, "query", `select text from samples where run = '${name}'`, "--json"),
  );

  const { stdout } = spawnAblateWith(WASM, trained, "sample", name, "--count", "4");

  expect(stdout).toBe(`${recorded.map(({ text }) => text).join("\n")}\n`);
});

test("--json tells what it runs on in an event, once", () => {
  const { stdout } = runTfjs(WASM, makeFolder(), "--steps", "5", "--json");
  const events = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

  expect(events.filter(({ event }) => event === "engine")).toEqual([
    { event: "engine", engine: "tfjs", backend: "wasm", version: "4.22.0", reason: "asked for" },
  ]);
});

test("a backend that does not exist is one sentence", () => {
  const { status, stderr } = runTfjs({ ABLATE_TFJS_BACKEND: "webgl" }, makeFolder());

  expect([status, stderr]).toEqual([
    2,
    'ablate: ABLATE_TFJS_BACKEND is "webgl"; it takes tensorflow, wasm, cpu\n',
  ]);
});

test("verify compares the engines, series by series", () => {
  const verify = spawnAblateWith(WASM, trained, "verify", "small.yaml", "--steps", "100");

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
  const { status, stdout } = spawnAblateWith(
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

const GET_IT = "; `npx pnpm@12 tensorflow` gets it";
const ADDON = "lib/napi-v8/tfjs_binding.node";
const LIBRARY = "deps/lib/libtensorflow_cc.so.2";

const BROKEN: readonly [string, NativePart, RegExp][] = [
  ["no native part", {}, /native TensorFlow is not installed/],
  [
    "half an addon",
    { [ADDON]: half(Buffer.from("\x7fELF")) },
    /native TensorFlow is damaged \(.+\)/,
  ],
  [
    "half a library",
    { [ADDON]: elfFor(0x3e), [LIBRARY]: half(elfFor(0x3e)) },
    /native TensorFlow is damaged \(.+\)/,
  ],
  [
    "an addon of other bytes",
    { [ADDON]: Buffer.alloc(99, 7) },
    /native TensorFlow does not load \(.+\)/,
  ],
  [
    "an addon for another platform",
    { [ADDON]: elfFor(0xb7) },
    /native TensorFlow does not load \(.+\)/,
  ],
];

test.each(BROKEN)("%s: one sentence, and training on WebAssembly", (_, native, sentence) => {
  const folder = makeFolder();
  const variables = { NODE_OPTIONS: `--import=${withNativePart(native)}` };

  const { status, stderr } = runTfjs(variables, folder, "--steps", "5");
  const checks = jsonRows(spawnAblateWith(variables, folder, "doctor", "--json"));
  const tfjs = checks.find(({ check }) => check === "engine tfjs");

  expect(status).toBe(0);
  const said = stderr.split("\n").filter((line) => line.includes("TensorFlow"));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/^engine tfjs: the WebAssembly backend of TensorFlow\.js 4\.22\.0: /);
  expect(said[0]).toMatch(sentence);
  expect(said[0]?.endsWith(GET_IT)).toBe(true);
  expect(tfjs).toMatchObject({ check: "engine tfjs", ok: true });
  expect(String(tfjs?.detail)).toMatch(sentence);
});

test("TensorFlow that was asked for and is not there stops the command and leaves the runs to train", () => {
  const folder = makeFolder();
  const variables = {
    NODE_OPTIONS: `--import=${withNativePart({})}`,
    ABLATE_TFJS_BACKEND: "tensorflow",
  };

  const { status, stderr } = runTfjs(variables, folder, "--quiet", "--workers", "2");

  expect([status, stderr]).toEqual([
    2,
    "ablate: engine tfjs: native TensorFlow is not installed; `npx pnpm@12 tensorflow` gets it\n",
  ]);
  const runs = jsonRows(spawnAblate(folder, "runs", "--json"));
  expect(runs.map(({ state }) => state)).toEqual(["pending", "pending"]);
});

/** `ablate run small.yaml --engine tfjs` under these environment variables. */
function runTfjs(
  variables: Readonly<Record<string, string>>,
  folder: string,
  ...flags: readonly string[]
): Ended {
  return spawnAblateWith(variables, folder, "run", "small.yaml", "--engine", "tfjs", ...flags);
}
