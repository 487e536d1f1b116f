import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

type Said = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

function run(script: string, ...args: readonly string[]): Said {
  const file = fileURLToPath(new URL(`../src/${script}.ts`, import.meta.url));
  return spawnSync(process.execPath, ["--conditions=@ablate/source", file, ...args], {
    encoding: "utf8",
    env: { ...process.env, ABLATE_PYTHON: "no-such-python" },
  });
}

test("one short round gives every figure that needs no peer, and says which are missing", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "speed.json");
  const args = "--only two-layer-bn --rounds 1 --steps 64 --profile --json".split(" ");
  const { status, stdout, stderr } = run("bench", ...args, file);

  expect(stderr).toContain("no JAX here (ABLATE_PYTHON names a Python that has it)");
  expect(stderr).toContain("no PyTorch here (ABLATE_PYTHON names a Python that has it)");
  expect(status).toBe(0);
  const { workloads, rounds, load } = JSON.parse(readFileSync(file, "utf8"));
  expect([rounds, load]).toEqual([1, [expect.any(Number), expect.any(Number)]]);
  const [{ net, flops, sides, kernels, evaluation }] = workloads;
  expect([net, flops]).toEqual(["two-layer-bn", 2_188_800]);
  expect(sides.map((one: { side: string }) => one.side)).toEqual(
    expect.arrayContaining(["training", "recording", "tfjs on wasm"]),
  );
  for (const { side, best, whole, cpu } of sides) {
    expect(Math.min(best.median, whole.median), side).toBeGreaterThan(0);
    // Of 64 steps it is a difference that noise may turn round.
    expect(Number.isFinite(cpu.median), side).toBe(true);
  }
  expect(evaluation.now.median).toBeGreaterThan(0);
  const loops = ["multiplyAdd", "multiplyAddFused", "multiplyAddPairs", "multiplyAddPairsFused"];
  expect(Object.keys(kernels.ceilings)).toEqual(loops);
  expect(stdout).toMatch(/^two-layer-bn {2}[\d,]+ +[\d,]+$/m);
  expect(stdout).toMatch(/^256 bits, fused +[\d.]+ GFLOP\/s$/m);
  expect(stdout).toMatch(/^update +7 +[\d.]+ us +\d+ %$/m);
  expect(stdout).toMatch(/^two-layer-bn, recording adds +at most 5 % +-?[\d.]+ % +(met|NOT MET)$/m);
});

test("the profile has every kernel that a step calls, and every product of its layers", () => {
  const { status, stdout } = run("kernel-times", "six-layer-bn-100");

  expect(status).toBe(0);
  const { ceilings, kernels, products, alone, inStep, stepMicroseconds } = JSON.parse(stdout);
  const names = kernels.map((one: { kernel: string }) => one.kernel);
  expect(names).toEqual(expect.arrayContaining(["crossEntropy", "update", "batchMoments"]));
  const square = kernels.find((one: { kernel: string }) => one.kernel === "gemm");
  expect(square.calls).toBeGreaterThanOrEqual(5);
  expect(inStep.microseconds).toBeLessThan(stepMicroseconds);
  expect(inStep.gflops).toBeGreaterThan(0);
  const work = 6 * 32 * (30 * 100 + 4 * 100 * 100 + 100 * 27);
  expect(alone.gflops).toBeLessThan(1.2 * Math.max(...Object.values<number>(ceilings)));
  expect(alone.gflops * alone.microseconds * 1000).toBeCloseTo(work, -2);
  expect(products.map((one: { product: string }) => one.product)).toContain("A' B 100x32x100");
});

test("widths are measured beside an earlier checkout", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const args = ["--only", "64,64/128", "--rounds", "1", "--steps", "40", "--against", root];
  const { status, stdout } = run("widths", ...args, "--markdown");

  expect(status).toBe(0);
  expect(stdout).toMatch(/^\| net \| training \| recorded \|$/m);
  expect(stdout).toMatch(/^\| 64,64\/128 \| [\d,.]+ \| [\d,.]+ \|$/m);
});

test("a net is trained by one thread and by two, in turn", () => {
  const args = ["--only", "64,64/32", "--threads", "2", "--json", "-"];
  const { status, stdout } = run("threads", ...args);

  expect(status).toBe(0);
  const { threads, core, nets } = JSON.parse(stdout);
  expect([threads, core, nets[0].net]).toEqual([2, null, "64,64/32"]);
  expect(Math.min(nets[0].one.best, nets[0].more.best)).toBeGreaterThan(0);
});

test("a whole grid is trained and timed", () => {
  const { status, stdout } = run("long", "--steps", "10", "--json", "-");

  expect(status).toBe(0);
  const { runs, steps, ours, before, peers } = JSON.parse(stdout);
  expect([runs, steps, before, peers]).toEqual([6, 60, [], []]);
  expect(Math.min(ours[0].seconds, ours[0].cpuSeconds)).toBeGreaterThan(0);
});

test.each([
  [
    "bench",
    "--only deep",
    'no workload "deep"; there are two-layer, two-layer-bn, six-layer-bn-100, six-layer-bn-200, two-layer-adamw, six-layer-ln-100, hierarchical',
  ],
  ["bench", "--rounds 0", '--rounds takes a whole number from 1, not "0"'],
  ["widths", "--only wide", 'no net "wide"; there are two-layer, '],
  ["long", "--against nowhere", "nowhere is no checkout: it has no ./ablate"],
])("%s %s ends with one clear sentence", (script, args, sentence) => {
  const { status, stderr } = run(script, ...args.split(" "));

  expect(status).toBe(2);
  expect(stderr).toContain(`bench: ${sentence}`);
});
