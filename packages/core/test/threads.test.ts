/** A run that several threads compute. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { expect, onTestFinished, test, vi } from "vitest";
import { openKernels } from "../src/engines/simd/threads/open-kernels.ts";
import { withSharedMemory } from "../src/engines/simd/threads/shared-module.ts";
import { splitsOf } from "../src/engines/simd/threads/splits.ts";
import { compile, readKernels } from "../src/engines/simd/wasm-modules.ts";
import { type ModelSpec, type RunSpec, Trainer } from "../src/index.ts";
import type { LayerSpec } from "../src/spec.ts";
import {
  batch,
  dropout,
  flatten,
  layer,
  linear,
  listModel,
  output,
  residual,
  rms,
  tanh,
} from "./lists.ts";
import { makeNames, makeSpec, type SpecChanges } from "./make.ts";

const dataset = makeNames();

/** Returns a trainer whose `threads` threads have all started. */
async function makeTrainer(spec: RunSpec, threads: number): Promise<Trainer> {
  const trainer = new Trainer(spec, dataset, { mostThreads: threads });
  onTestFinished(() => trainer.dispose());
  const { team } = trainer;
  team?.want(threads);
  await vi.waitFor(() => {
    team?.admit();
    expect(team?.size ?? 1).toBe(threads);
  }, 10_000);
  return trainer;
}

/** Hashes all that a run leaves: losses, ratios, weights, a probe and evaluations. */
async function hashOf(spec: RunSpec, threads: number): Promise<string> {
  const trainer = await makeTrainer(spec, threads);
  const { steps } = spec.train;
  const loss = new Float64Array(steps);
  const ratios = new Float32Array(steps * trainer.parameters.length);
  const metrics = new Float64Array(steps * trainer.metrics.length);
  trainer.advance({ loss, lr: new Float64Array(steps), ratios, metrics }, steps);
  const seen = JSON.stringify([trainer.probe(0.97), trainer.validate()]);
  const hash = createHash("sha256").update(loss).update(ratios).update(metrics);
  return hash.update(trainer.weights()).update(seen).digest("hex");
}

const variance = { epsilon: 1e-5, momentum: 0.1, running: "variance" } as const;
const std = { epsilon: 0, momentum: 0.001, running: "std" } as const;

const NETWORKS: readonly (readonly [string, SpecChanges])[] = [
  ["tanh", { model: { hidden: [256, 256] }, train: { batchSize: 32 } }],
  [
    "relu, odd sizes",
    { model: { hidden: [301, 257], activation: "relu" }, train: { batchSize: 33, l2: 0.01 } },
  ],
  [
    "linear, one example",
    { model: { hidden: [300, 259], activation: "none" }, train: { batchSize: 1 } },
  ],
  [
    "batch norm everywhere",
    {
      model: { hidden: [256, 270], batchNorm: { where: "all", ...variance } },
      train: { batchSize: 33 },
    },
  ],
  [
    "batch norm of hidden layers",
    { model: { hidden: [320], batchNorm: { where: "hidden", ...std } }, train: { batchSize: 64 } },
  ],
];

test.each(NETWORKS)("one, two and three threads leave the same bits: %s", async (_, changes) => {
  const { model, train } = changes;
  const spec = makeSpec({ model: { embedding: 10, ...model }, train: { steps: 8, ...train } });

  const hashes = [await hashOf(spec, 1), await hashOf(spec, 2), await hashOf(spec, 3)];

  expect(new Set(hashes).size).toBe(1);
});

const wide = (...layers: readonly LayerSpec[]): ModelSpec =>
  listModel([...layers, output], { context: 3, embedding: 16 });
const rectifiers = ["gelu", "silu", "elu", "leaky_relu"] as const;

const LISTED: readonly (readonly [string, ModelSpec])[] = [
  [
    "row norms, residual blocks and nonlinearities",
    wide(
      linear(256),
      ...rectifiers.map((activation) =>
        residual(layer, linear(256), { kind: "activation", activation }),
      ),
      ...[rms, linear(200), { kind: "activation", activation: "sigmoid" } as const],
      { kind: "activation", activation: "softplus" },
    ),
  ],
  [
    "positions, dropout and tied weights",
    {
      ...wide(flatten(1), linear(250), batch, dropout(0.2), flatten(3), tanh, linear(16)),
      tie: true,
    },
  ],
];

test.each(LISTED)("one, two and three threads leave the same bits: %s", async (_, model) => {
  const spec = { ...makeSpec({ train: { batchSize: 65, steps: 6 } }), model };

  const hashes = [await hashOf(spec, 1), await hashOf(spec, 2), await hashOf(spec, 3)];

  expect(new Set(hashes).size).toBe(1);
});

const OPTIMIZERS: readonly (readonly [string, Partial<RunSpec["train"]>])[] = [
  [
    "AdamW, clipped by norm",
    {
      optimizer: { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 },
      clip: { by: "norm", most: 0.1 },
    },
  ],
  [
    "centred RMSprop with momentum, clipped by value",
    {
      optimizer: {
        ...{ name: "rmsprop", alpha: 0.9, eps: 1e-8, weightDecay: 0.1 },
        ...{ momentum: 0.5, centered: true },
      },
      clip: { by: "value", most: 0.01 },
    },
  ],
  [
    "SGD with momentum and weight decay",
    {
      optimizer: {
        ...{ name: "sgd", momentum: 0.9, dampening: 0.1, nesterov: false, weightDecay: 0.01 },
      },
    },
  ],
  [
    "Adagrad",
    {
      optimizer: {
        ...{ name: "adagrad", lrDecay: 0.1, weightDecay: 0, initialAccumulatorValue: 0 },
        eps: 1e-10,
      },
    },
  ],
  ["Lion", { optimizer: { name: "lion", betas: [0.9, 0.99], weightDecay: 0.1 }, l2: 0.01 }],
];

test.each(OPTIMIZERS)("one, two and three threads leave the same bits: %s", async (_, train) => {
  const lr = [{ step: 0, rate: 0.001 }];
  const spec = makeSpec({ model: { hidden: [256, 200] }, train: { steps: 6, lr, ...train } });

  const hashes = [await hashOf(spec, 1), await hashOf(spec, 2), await hashOf(spec, 3)];

  expect(new Set(hashes).size).toBe(1);
});

test("threads may come and go during a run", async () => {
  const spec = makeSpec({ model: { hidden: [256] }, train: { batchSize: 32, steps: 12 } });
  const trainer = await makeTrainer(spec, 3);
  const buffer = {
    loss: new Float64Array(12),
    lr: new Float64Array(12),
    ratios: new Float32Array(12 * trainer.parameters.length),
  };

  for (const [i, threads] of [3, 1, 2, 3].entries()) {
    trainer.team?.want(threads);
    trainer.advance(buffer, 3, 3 * i);
  }

  const alone = new Trainer(spec, dataset);
  alone.advance({ ...buffer, loss: new Float64Array(12) }, 12);
  expect(trainer.weights()).toEqual(alone.weights());
});

test("a run that has ended leaves no thread, and its memory is clean for the next", async () => {
  const spec = makeSpec({ model: { hidden: [256] }, train: { batchSize: 32, steps: 4 } });
  const trainer = await makeTrainer(spec, 3);
  const all = threads();

  trainer.dispose();

  if (all > 0) await vi.waitFor(() => expect(threads()).toBeLessThanOrEqual(all - 2), 10_000);
  expect(await hashOf(spec, 3)).toBe(await hashOf(spec, 1));
});

/** Threads of this process; 0 where the system does not say. */
function threads(): number {
  return process.platform === "linux" ? readdirSync("/proc/self/task").length : 0;
}

const script = new URL("refused-threads.ts", import.meta.url).pathname;
const node = [process.execPath, "--no-warnings", "--conditions=@ablate/source", script];
/** Limits are not for root, and another user may not be allowed to read this checkout. */
const asUser =
  process.getuid?.() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    : [];
const isLimited =
  spawnSync("prlimit", ["--version"]).status === 0 && spawn(["test", "-r", script]).status === 0;

function spawn(words: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
} {
  const [command = "", ...args] = [...asUser, ...words];
  return spawnSync(command, args, { encoding: "utf8" });
}

test.runIf(isLimited)(
  "a run that is allowed no more threads is computed by one, and says why",
  () => {
    const { stdout } = spawn(node);

    const refusal = "the system allows no more threads (ulimit -u)";
    expect(JSON.parse(stdout)).toEqual({ steps: 4, size: 1, refusal });
  },
);

test("kernels that fall into parts have the parameters that are written down", () => {
  const { kernels } = openKernels(1, 0);

  for (const { name, parameters, work, ways } of splitsOf(kernels)) {
    expect([name, kernels[name].length]).toEqual([name, parameters.length]);
    const named = ways.flatMap(({ count, moved }) => [count, ...Object.entries(moved).flat()]);
    const words = [...work, ...named].filter((word) => typeof word === "string");
    expect(parameters).toEqual(expect.arrayContaining(words));
  }
});

test.each(["fused", "soft"] as const)(
  "only the memory of the shared module differs: %s",
  (kind) => {
    const bytes = readKernels(kind);

    const shared = withSharedMemory(bytes);

    expect(shared.length).toBe(bytes.length + 3);
    expect(Buffer.from(shared).subarray(-9000)).toEqual(Buffer.from(bytes).subarray(-9000));
    expect(() => compile(shared)).not.toThrow();
  },
);

test("a module that imports something else is not changed", () => {
  const nothing = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

  expect(() => withSharedMemory(nothing)).toThrow(RangeError);
});
