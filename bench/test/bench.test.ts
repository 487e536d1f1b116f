import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const script = fileURLToPath(new URL("../src/bench.ts", import.meta.url));

function bench(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ["--conditions=@ablate/source", script, ...args], {
    encoding: "utf8",
    env: { ...process.env, ABLATE_PYTHON: "no-such-python" },
  });
}

test("one short round gives every figure that needs no PyTorch, and says what is missing", () => {
  const { status, stdout, stderr } = bench(
    "--only",
    "two-layer-bn",
    "--rounds",
    "1",
    "--steps",
    "64",
    "--json",
    "-",
  );

  expect(stderr).toContain("no PyTorch here (ABLATE_PYTHON names a Python that has it)");
  expect(status).toBe(0);
  const { workloads } = JSON.parse(stdout);
  expect(workloads).toMatchObject([
    {
      workload: "two-layer-bn",
      ratio: null,
      pytorch: [],
      matrixFlops: 2_188_800,
      revectorized: { sameBits: true },
    },
  ]);
  expect(workloads[0].stepsPerSecond.median).toBeGreaterThan(0);
  expect(workloads[0].recordingStepsPerSecond.median).toBeGreaterThan(0);
  expect(workloads[0].ceilingPercent).toBeGreaterThan(0);
  expect(workloads[0].tfjs.at(-1)).toMatchObject({
    backend: "wasm",
    version: "4.22.0",
    ratio: null,
  });
  expect(workloads[0].tfjs.at(-1).stepsPerSecond.median).toBeGreaterThan(0);
});

test("the table has a line a workload, the profile one a kernel", () => {
  const { stdout } = bench("--only", "two-layer", "--rounds", "1", "--steps", "64", "--profile");

  expect(stdout).toMatch(/^two-layer +[\d,]+ \(/m);
  expect(stdout).toMatch(/^two-layer by tfjs on wasm 4\.22\.0: [\d,]+ \(/m);
  expect(stdout).toMatch(/^two-layer under --experimental-wasm-revectorize: .* the same bits$/m);
  expect(stdout).toMatch(/^update and ratios +[\d.]+ us +\d+ %$/m);
});

test.each([
  [
    ["--only", "deep"],
    'no workload "deep"; there are two-layer, two-layer-bn, six-layer-bn-100, six-layer-bn-200',
  ],
  [["--rounds", "0"], '--rounds takes a whole number from 1, not "0"'],
])("%j ends with one clear sentence", (args, sentence) => {
  const { status, stderr } = bench(...args);

  expect([status, stderr]).toEqual([2, `bench: ${sentence}\n`]);
});
