import { expect, test } from "vitest";
import {
  compareEngines,
  type EngineOptions,
  type LoadedEngine,
  type SeriesDifference,
  SIMD,
} from "../src/index.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import type { OptimizerSpec, RunSpec } from "../src/spec.ts";
import { drawSpec } from "./draw-spec.ts";
import { batch, dropout, layer, linear, listModel, output, residual, tanh } from "./lists.ts";
import { makeFewNames, makeSpec } from "./make.ts";
import { loadBackends } from "./tfjs-make.ts";

const engines = (await loadBackends()).map(([, engine]) => engine);

/** Each is trained five times; `pnpm test:long` takes the long way. */
const SPECS = process.env.ABLATE_LONG ? 200 : 20;
const STEPS = 40;

const draws = new TorchGenerator(5);
const specs = Array.from({ length: SPECS }, (_, i) => {
  const spec = drawSpec((limit) => draws.randint(limit), STEPS);
  const { optimizer } = spec.train;
  return [`${i} by ${optimizer?.name}: ${JSON.stringify(spec.model.layers)}`, spec] as const;
});

test.each(specs)("engines agree on what is drawn: %s", (_, spec) => {
  const differences = compareEngines(spec, makeFewNames(spec.model.context), engines).flat();

  expect(differences.filter(({ ok }) => !ok)).toEqual([]);
  const [loss] = differences;
  expect(loss).toMatchObject({ series: "loss", ok: true });
  expect(loss?.compared).toBeGreaterThan(0);
});

const adamw: OptimizerSpec = {
  ...{ name: "adamw", betas: [0.9, 0.99], eps: 1e-4, weightDecay: 0.1 },
};

/** A run with everything that is compared. */
function makeRun(train: Partial<RunSpec["train"]> = {}): RunSpec {
  const spec = makeSpec({
    train: { steps: 10, optimizer: adamw, lr: [{ step: 0, rate: 0.01 }], ...train },
  });
  const layers = [
    ...[linear(8), batch, tanh, dropout(0.2)],
    ...[residual(layer, linear(8), tanh), output],
  ];
  return { ...spec, model: listModel(layers) };
}

test("everything that a run records is compared", () => {
  const spec = makeRun({ clip: { by: "norm", most: 1 }, groups: [{ match: "*.bias", lr: 0.02 }] });

  const [differences = []] = compareEngines(spec, makeFewNames(spec.model.context), engines);

  const names = differences.map(({ series }) => series);
  expect(names).toEqual(
    expect.arrayContaining([
      ...["loss", "log10_gradient_norm", "log10_clip_factor", "log10_lr.*.bias"],
      ...["log10_ratio:hidden1.weight", "test:running", "tensor:hidden2.norm.gain"],
      ...["tensor:hidden1.bn.running_var", "state:embedding.exp_avg_sq"],
      ...["hidden1:linear", "hidden2:stream", "hidden2:stream_gradient"],
    ]),
  );
  expect(new Set(names).size).toBe(names.length);
});

const WRONG: readonly [string, (options: EngineOptions) => Partial<EngineOptions>, RegExp][] = [
  [
    "keeps another state",
    ({ train }) => ({ train: { ...train, optimizer: { ...adamw, betas: [0.9, 0.98] } } }),
    /^state:/,
  ],
  [
    "smooths labels that are not to be smoothed",
    ({ train }) => ({ train: { ...train, labelSmoothing: 0.01 } }),
    /^loss$/,
  ],
  [
    "has running statistics of another momentum",
    ({ model }) => ({
      model: { ...model, layers: model.layers.map((one) => slower(one)) },
    }),
    /running/,
  ],
];

function slower(one: RunSpec["model"]["layers"][number]): typeof one {
  return one.kind === "norm" && one.norm === "batch" ? { ...one, momentum: 0.11 } : one;
}

test.each(WRONG)("an engine that %s is found out", (_, change, series) => {
  const wrong: LoadedEngine = {
    ...SIMD,
    create: (options) => SIMD.create({ ...options, ...change(options) }),
  };

  const found = differing(makeRun(), wrong);

  expect(found.map((one) => one.series)).toEqual(
    expect.arrayContaining([expect.stringMatching(series)]),
  );
});

test("what is no number on either engine does not differ", () => {
  const zeros = { scheme: "zeros", scale: 1 } as const;
  const spec = makeRun({ optimizer: { ...adamw, weightDecay: 0 }, lr: [{ step: 0, rate: 0 }] });
  const still = { ...spec, init: { ...spec.init, embedding: zeros } };

  expect(engines.flatMap((engine) => differing(still, engine))).toEqual([]);
});

function differing(spec: RunSpec, engine: LoadedEngine): SeriesDifference[] {
  const [found = []] = compareEngines(spec, makeFewNames(spec.model.context), [engine]);
  return found.filter(({ ok }) => !ok);
}
