import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder } from "./make.ts";
import { compare } from "./pytorch/agreement.ts";
import {
  GOLDENS,
  type Golden,
  type GoldenTensor,
  goldenNames,
  gridOf,
  KEPT_VALUES,
  projectNames,
  variantOf,
} from "./pytorch/goldens.ts";
import {
  pythonWithTorch,
  type Series,
  type Trained,
  trainInPyTorch,
} from "./pytorch/in-pytorch.ts";
import { readRun, runIn, trainRuns, writeConfig } from "./pytorch/ours.ts";
import { partsOf } from "./pytorch/parts.ts";
import { drawConfig } from "./pytorch/random-config.ts";

/** pytorch/goldens.ts says what they are. */
const goldens: readonly Golden[] = JSON.parse(readFileSync(GOLDENS, "utf8"));

test("whatever a random config may use is in one that is compared with PyTorch", () => {
  const drawn = Array.from({ length: 100 }, (_, i) => [...partsOf(variantOf(1000 + i))]).flat();
  const compared = goldens.flatMap(({ config }) => [...partsOf(config)]);

  expect(new Set(compared)).toEqual(new Set([...compared, ...drawn]));
});

test.each(["simd", "tfjs"])("trains configs as PyTorch trains them, by %s", async (engine) => {
  const folder = makeFolder();
  const variants = goldens.map(({ seed, config }) => [`spec-${seed}`, config] as const);
  writeConfig(folder, gridOf(Object.fromEntries(variants)), goldenNames());

  await trainRuns(folder, engine);

  for (const golden of goldens) {
    const ours = await readRun(folder, `goldens/spec-${golden.seed}`, engine);
    expect({ seed: golden.seed, differences: differencesOf(ours, golden) }).toEqual({
      seed: golden.seed,
      differences: [],
    });
  }
});

const python = pythonWithTorch();

test.skipIf(python === null && !process.env.CI).each([5001, 5003])(
  "trains random config %i as PyTorch trains it now",
  async (seed) => {
    expect(python).not.toBeNull();
    const folder = makeFolder();
    const { config, names } = drawConfig(seed, projectNames());
    writeConfig(folder, config, names);
    const { name, spec, seed: drawn } = runIn(folder);

    await trainRuns(folder, "simd");

    const ours = await readRun(folder, name, "simd");
    const there = trainInPyTorch(python ?? "", { ...spec, seed: drawn }, join(folder, "names.txt"));
    expect(compare(ours, there)).toMatchObject({ differences: [], judged: 100 });
  },
);

/** Relative but for those of ratios, which are of log10; numerics of float32 explain no larger ones. */
const MOST = { loss: 1e-5, gradient: 1e-4, ratio: 1e-4, value: 1e-4, evaluation: 1e-5 };

function differencesOf(ours: Trained, golden: Golden): string[] {
  expect(ours.parameters).toEqual(golden.parameters);
  const found: string[] = [];
  const check = (what: string, a: Value, b: Value, most: number, scale = Math.abs(b ?? 0)) => {
    if (
      b === null ||
      b === undefined ||
      (a !== null && a !== undefined && Math.abs(a - b) <= most * scale)
    )
      return;
    found.push(`${what}: ${a}, PyTorch ${b}`);
  };
  for (const [step, loss] of golden.loss.entries()) {
    check(`loss of step ${step}`, ours.loss[step], loss, MOST.loss);
    const norm = ours.gradient_norm[step];
    if (norm !== undefined) {
      check(
        `gradient norm of step ${step}`,
        norm,
        golden.gradient_norm[step] ?? null,
        MOST.gradient,
      );
    }
  }
  for (const [step, ratios] of Object.entries(golden.ratios)) {
    for (const [i, log] of ratios.entries()) {
      const ratio = Math.log10(ours.ratios[Number(step)]?.[i] ?? Number.NaN);
      check(`ratio ${golden.parameters[i]} of step ${step}`, ratio, log, MOST.ratio, 1);
    }
  }
  for (const key of ["tensors", "state"] as const) {
    for (const [name, tensor] of Object.entries(golden[key])) {
      const values = ours[key][name] ?? [];
      if (tensor === null) continue;
      for (const [where, a, b] of endsOf(values, tensor)) {
        check(`${name} ${where}`, a, b, MOST.value, tensor.largest);
      }
    }
  }
  for (const [split, statistics, loss] of golden.evaluations) {
    const same = ours.evaluations.find(
      (one) => one.split === split && one.statistics === statistics,
    );
    check(`${split} loss, ${statistics}`, same?.loss, loss, MOST.evaluation);
  }
  return found;
}

type Value = number | null | undefined;

function endsOf(
  values: Series,
  { first, last }: GoldenTensor,
): (readonly [string, Value, Value])[] {
  const end = values.slice(-KEPT_VALUES);
  return [
    ...first.map((value, i) => [`[${i}]`, values[i], value] as const),
    ...last.map((value, i) => [`[${i - last.length}]`, end[i], value] as const),
  ];
}
