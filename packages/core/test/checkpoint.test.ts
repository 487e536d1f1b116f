import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Checkpoint,
  CheckpointError,
  type Dataset,
  type LoadedEngine,
  type RunSpec,
  SIMD,
  Trainer,
} from "../src/index.ts";
import { fromHex, MersenneTwister, toHex } from "../src/random/mersenne-twister.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { makeFewNames, makeSpec } from "./make.ts";
import { init, MODELS, notebookNorm } from "./models.ts";
import { loadBackends, useBackend } from "./tfjs-make.ts";

fc.configureGlobal({ seed: 18 }); // the same cases every time; a failure names it

const STEPS = 40;
const LR = [
  { step: 0, rate: 0.2 },
  { step: 17, rate: 0.05 },
];
const ENGINES: [string, LoadedEngine][] = [["simd", SIMD], ...(await loadBackends())];

test.each(
  ENGINES.flatMap(([name, engine]) =>
    MODELS.map(([model, changes, train]) => ({ name, engine, model, changes, train })),
  ),
)("cut anywhere, $model on $name goes on with the same bits", ({ name, engine, ...of }) => {
  if (name !== "simd") useBackend(name);
  const train = { ...of.train, steps: STEPS, lr: LR };
  const spec = makeSpec({ model: of.changes, init, train });
  const dataset = makeFewNames(spec.model.context);
  const whole = record(spec, dataset, { engine, cuts: [] });

  const cutting = fc.property(
    fc.uniqueArray(fc.integer({ min: 0, max: STEPS }), { minLength: 1, maxLength: 3 }),
    (cuts) => {
      expect(record(spec, dataset, { engine, cuts: cuts.sort((a, b) => a - b) })).toEqual(whole);
    },
  );
  fc.assert(cutting, { numRuns: name === "simd" ? 12 : 2 });
});

test("a longer run goes on from the end of a shorter one", () => {
  const dataset = makeFewNames(3);
  const long = makeSpec({ model: { batchNorm: notebookNorm }, train: { steps: 60, lr: LR } });
  const short = new Trainer({ ...long, train: { ...long.train, steps: 25 } }, dataset);
  short.advance(bufferOf(short, 25), 25);
  short.evaluate();

  const trainer = new Trainer(long, dataset, { checkpoint: sent(short.checkpoint()) });
  trainer.advance(bufferOf(trainer, 60), 60);

  const whole = record(long, dataset, { engine: SIMD, cuts: [] });
  expect(trainer.checkpoint()).toEqual(whole.end);
});

test("a generator goes on with every kind of draw, its spare normal too", () => {
  const draws = fc.array(fc.constantFrom("rand", "randn", "many", "randint"), { maxLength: 30 });
  const going = fc.property(draws, draws, fc.nat(), (before, after, seed) => {
    const one = new TorchGenerator(seed);
    for (const kind of before) draw(one, kind);
    const state: ReturnType<TorchGenerator["state"]> = JSON.parse(JSON.stringify(one.state()));
    const other = TorchGenerator.fromState(state);
    expect(after.map((kind) => draw(other, kind))).toEqual(after.map((kind) => draw(one, kind)));
    expect(other.state()).toEqual(one.state());
  });
  fc.assert(going);
});

test("what is no state of a generator is refused", () => {
  const twister = new TorchGenerator(1).state();

  expect(() => TorchGenerator.fromState({ ...twister, next: 625 })).toThrow("no state");
  expect(() => TorchGenerator.fromState({ ...twister, words: "00000000" })).toThrow("no state");
  expect(() => TorchGenerator.fromState({ ...twister, words: "xyz" })).toThrow("hexadecimal");
  expect(() => MersenneTwister.fromState({ words: new Uint32Array(624), next: -1 })).toThrow();
  expect(fromHex(toHex(Uint32Array.of(0, 1, 0xffffffff)))).toEqual(
    Uint32Array.of(0, 1, 0xffffffff),
  );
});

test("a checkpoint of another model, or none, is refused in one sentence", () => {
  const dataset = makeFewNames(3);
  const spec = makeSpec({ model: { batchNorm: notebookNorm } });
  const fine = new Trainer(spec, dataset).checkpoint();
  const resumed = (checkpoint: Checkpoint, changed: RunSpec = spec) =>
    new Trainer(changed, dataset, { checkpoint });
  const bare = new Trainer(makeSpec(), dataset).checkpoint();
  const words = "0".repeat(9);

  expect(() => resumed(fine, makeSpec({ model: { hidden: [9] } }))).toThrow(
    "hidden1.weight has shape [12,16] in the checkpoint, not [12,9]",
  );
  expect(() => resumed({ ...bare, step: 1 }, makeSpec())).toThrow("a checkpoint at step 1");
  expect(() => resumed({ ...fine, step: 99, state: { ...fine.state, step: 99 } })).toThrow(
    "is none of a run of 50 steps",
  );
  expect(() => resumed(bare)).toThrow("the checkpoint lacks hidden1.bn.gamma");
  expect(() => resumed({ ...fine, weights: fine.weights.subarray(0, 99) })).toThrow(
    CheckpointError,
  );
  expect(() => resumed({ ...fine, weights: fine.weights.slice(0, -4) })).toThrow("no safetensors");
  const state = { ...fine.state, generator: { ...fine.state.generator, words } };
  expect(() => resumed({ ...fine, state })).toThrow("no state of the generator");
});

type Cut = { readonly engine: LoadedEngine; readonly cuts: readonly number[] };

/** Trains to the end, through a checkpoint at every cut, and looks in all ways on the way. */
function record(spec: RunSpec, dataset: Dataset, { engine, cuts }: Cut): Record<string, unknown> {
  let trainer = new Trainer(spec, dataset, { engine });
  const { steps } = spec.train;
  const buffer = bufferOf(trainer, steps);
  for (const cut of cuts) {
    trainer.advance(buffer, cut - trainer.step, trainer.step);
    const checkpoint = sent(trainer.checkpoint());
    trainer.dispose();
    trainer = new Trainer(spec, dataset, { engine, checkpoint });
  }
  trainer.advance(buffer, steps, trainer.step);
  const valid = trainer.validate();
  const evaluations = trainer.evaluate();
  expect(evaluations).toContainEqual(valid);
  const end = trainer.checkpoint();
  const whole = {
    buffer,
    evaluations,
    probe: trainer.probe(0.99),
    samples: trainer.sample(5, 3),
    end,
  };
  trainer.dispose();
  return whole;
}

/** A checkpoint that another process has got. */
function sent({ step, weights, optimizer, state }: Checkpoint): Checkpoint {
  const copied = { weights: weights.slice(), optimizer: structuredClone(optimizer) };
  return { step, ...copied, state: JSON.parse(JSON.stringify(state)) };
}

function bufferOf({ parameters }: Trainer, steps: number) {
  return {
    loss: new Float64Array(steps),
    lr: new Float64Array(steps),
    ratios: new Float32Array(steps * parameters.length),
  };
}

function draw(generator: TorchGenerator, kind: string): unknown {
  if (kind === "randint") return generator.randint(1000);
  if (kind === "rand") return generator.rand(3);
  return generator.randn(kind === "many" ? 19 : 3);
}
