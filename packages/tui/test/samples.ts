/** Stores like those of real grids. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { falling, makeStore, type RunPlan, temporaryFolder } from "./make.ts";
import { makeFinding, makeProbes } from "./probe-make.ts";

const VARIANTS = [
  { name: "plain", gain: 1 },
  { name: "small", gain: 0.2 },
  { name: "kaiming", gain: 1.6667 },
] as const;

const FINDINGS = [
  makeFinding(),
  makeFinding({
    level: "error",
    rule: "frozen",
    layer: null,
    param: "hidden1.weight",
    step: 200,
    value: -7.2,
    message: "hidden1.weight has not moved since step 200",
  }),
  makeFinding({
    level: "info",
    rule: "plateau",
    layer: null,
    step: 150,
    value: null,
    message: "the loss is flat since step 150",
  }),
];

/** Three variants with three seeds each, one that diverged, one that failed and one to come. */
export function sampleRuns(): RunPlan[] {
  const trained = VARIANTS.flatMap(({ name, gain }, i) =>
    [1, 2, 3].map((seed): RunPlan => {
      const offset = i * 0.1 + seed * 0.01;
      return {
        label: `${name}-${seed}`,
        seed,
        gain,
        steps: 300,
        valid: 2.1 + offset,
        probes:
          seed === 3
            ? []
            : makeProbes([0, 1, 10, 100, 300], {
                gain,
                depth: i + 1,
                isNormed: i === 2,
                dead: i === 0 ? [7] : [],
              }),
        findings: name === "small" ? [] : FINDINGS.slice(0, seed),
        loss: (step) => falling(step) + offset,
        ratio: (parameter, step) => 10 ** (-2 - parameter / 2 - step / 1000),
      };
    }),
  );
  return [
    ...trained,
    {
      label: "wild",
      gain: 30,
      steps: 300,
      loss: (step) => (step < 40 ? falling(step) : Number.NaN),
      ratio: (parameter) => (parameter === 0 ? Number.NaN : 1),
    },
    {
      label: "broken",
      gain: 31,
      steps: 300,
      end: { state: "failed", reason: "error", error: "the disk is full: names.txt" },
    },
    { label: "later", gain: 32, steps: 300, end: null },
  ];
}

/** The path of a store with the sample runs, in a folder that goes away with the test. */
export function sampleStore(): string {
  const path = join(temporaryFolder(), "ablate.db");
  writeFileSync(path, sampleBytes());
  return path;
}

let bytes: Uint8Array | undefined;

/** The file of such a store, which every test of a file has a copy of. */
function sampleBytes(): Uint8Array {
  bytes ??= readFileSync(makeStore(sampleRuns(), "sample"));
  return bytes;
}
