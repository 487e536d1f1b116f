import { expect, test } from "vitest";
import { SIMD } from "../src/index.ts";
import type { NetworkPass } from "../src/probe/network-pass.ts";
import { saturationOf } from "../src/probe/saturation.ts";
import { statisticsOf } from "../src/statistics.ts";
import {
  CHAOTIC,
  type GoldenLayer,
  type GoldenMoments,
  type GoldenRun,
  goldenRuns,
  isNoise,
  ourNames,
} from "./goldens.ts";
import { makeNames } from "./make.ts";
import { seenIn, type WatchedStep, watchStep } from "./probe-make.ts";
import { loadBackends } from "./tfjs-make.ts";

const TOLERANCE = 1e-4;
/**
 * Where tanh saturates, little is left of 1 - y^2 in float32: the same backward pass in doubles gives a
 * first layer whose std is 1.6e-4 from PyTorch's, and 5e-5 from ours.
 */
const SATURATED_TOLERANCE = 3e-4;
/** Of a share: some elements lie at the threshold. */
const SHARE_TOLERANCE = 1e-3;

const names = makeNames();
const engines = [["simd", SIMD] as const, ...(await loadBackends())];
const cases = engines.flatMap(([backend, engine]) =>
  goldenRuns.map(([name, golden, spec]) => ({ backend, engine, name, golden, spec })),
);
const deep = cases.flatMap((one) =>
  Object.entries(one.golden.layers ?? {})
    .filter(([step]) => step === "0" || CHAOTIC[one.name] === undefined)
    .map(([step, layers]) => ({ ...one, step, layers })),
);

test("every deep run is held to its first step, those that are not chaotic to the last, too", () => {
  expect(deep).toHaveLength((8 + 6) * engines.length);
});

test.each(deep)(
  "$name at step $step: every layer has PyTorch's statistics on $backend",
  ({ name, engine, golden, spec, step, layers }) => {
    const watched = watchStep(spec, names, { steps: Number(step), engine });

    const tolerance = name.endsWith("-nodiv") ? SATURATED_TOLERANCE : TOLERANCE;
    const { grad_data_ratio: ratios, ...rest } = layers;
    for (const [layer, expected] of Object.entries(rest)) {
      compareLayer(watched.pass, placeOf(layer, golden), expected, tolerance);
    }
    for (const [parameter, ratio] of Object.entries(ratios ?? {})) {
      const ours = ourNames(golden)[golden.params.indexOf(parameter)] ?? "";
      expect(relative(gradToData(watched, ours), ratio), ours).toBeLessThan(tolerance);
    }
    expect(Object.keys(ratios ?? {})).toHaveLength(7);
  },
);

test.each(cases.filter(({ golden }) => golden.step0))(
  "$name at step 0: hidden activations and gradients are PyTorch's on $backend",
  ({ engine, golden, spec }) => {
    const { pass, batch } = watchStep(spec, names, { steps: 0, engine });
    if (golden.step0 === undefined) throw new Error("golden missing");
    const { batch: indices, grads, ...activations } = golden.step0;
    const seen = seenIn(pass);

    expect([...batch]).toEqual(indices);
    expect(Math.abs(pass.loss - (golden.loss[0] ?? 0))).toBeLessThan(1e-5);
    compareMoments(seen.get("hidden1 activation")?.values, activations);
    const [hidden] = pass.layers;
    const share = hidden && saturationOf(hidden, 0.99)?.share;
    expect(share).toBeCloseTo(activations.saturated, 3);
    const all = ourNames(golden);
    for (const [p, parameter] of golden.params.entries()) {
      const name = all[p] ?? "";
      if (!isNoise(name, all)) compareMoments(seen.get(name)?.gradient, grads[parameter]);
    }
  },
);

/** `2.Tanh` is the activation of `hidden1` where there is batch norm. */
function placeOf(layer: string, { params }: GoldenRun): string {
  const [index = "", kind = ""] = layer.split(".");
  const linear = params.filter((name) => name.endsWith("Linear.weight")).map(indexOf);
  const owner = linear.filter((first) => first <= Number(index)).length;
  const name = owner === linear.length ? "output" : `hidden${owner}`;
  const stages = { Linear: "linear", BatchNorm1d: "preactivation", Tanh: "activation" };
  return `${name} ${Object.entries(stages).find(([one]) => one === kind)?.[1]}`;
}

function indexOf(parameter: string): number {
  return Number.parseInt(parameter, 10);
}

function compareLayer(
  pass: NetworkPass,
  place: string,
  expected: GoldenLayer,
  tolerance: number,
): void {
  const seen = seenIn(pass).get(place);
  compareMoments(seen?.values, expected.out);
  compareMoments(seen?.gradient, expected.grad, tolerance);
  const beyond = seen?.values.filter((value) => Math.abs(value) > 0.97).length ?? Number.NaN;
  const share = beyond / (seen?.values.length ?? 0);
  expect(Math.abs(share - expected.saturated), place).toBeLessThan(SHARE_TOLERANCE);
}

function compareMoments(
  values: Float32Array | undefined,
  expected: Partial<GoldenMoments> | undefined,
  tolerance: number = TOLERANCE,
): void {
  const { mean = Number.NaN, std = Number.NaN } = expected ?? {};
  const ours = statisticsOf(values ?? new Float32Array());
  expect(relative(ours.std, std), "std").toBeLessThan(tolerance);
  expect(Math.abs(ours.mean - mean) / std, "mean").toBeLessThan(TOLERANCE);
}

/** As the goldens have it: over the std of the data after the update. */
function gradToData({ pass, after }: WatchedStep, name: string): number {
  const gradient = seenIn(pass).get(name)?.gradient ?? new Float32Array();
  const data = after.get(name) ?? new Float32Array();
  return statisticsOf(gradient).std / statisticsOf(data).std;
}

function relative(ours: number, theirs: number): number {
  return Math.abs(ours - theirs) / Math.abs(theirs);
}
