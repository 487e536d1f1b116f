/** Weights of ours in PyTorch, by the Python of docs/export.md. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildDataset,
  type RunSpec,
  SIMD,
  Trainer,
  torchFile,
  torchNetwork,
  trainedWeights,
} from "@ablate/core";
import { LISTS } from "@ablate/core/test/lists";
import { expect, test } from "vitest";
import { blocks, page } from "./documents.ts";
import { ablate, makeFolder } from "./make.ts";
import { pythonWithTorch } from "./pytorch/in-pytorch.ts";

const PYTHON = pythonWithTorch();

/** A test that needs a Python with PyTorch: skipped where there is none, but never in CI. */
const torchTest = test.skipIf(PYTHON === null && !process.env.CI);

/** Runs the program of the page and what follows in a folder with `v7.pt`; reads the JSON that this prints. */
function inTorch(folder: string, program: string, file = "v7.pt"): unknown {
  const [snippet = ""] = blocks(page("docs/export.md"), "python");
  const code = `${snippet.replace("v7.pt", file)}\nimport json\n${program}`;
  const { status, stdout, stderr } = spawnSync(PYTHON ?? "python3", ["-c", code], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

const NAMES = "emma olivia ava isabella sophia charlotte mia amelia harper evelyn".split(" ");

const TRAIN: RunSpec["train"] = {
  ...{ steps: 20, batchSize: 8, lr: [{ step: 0, rate: 0.01 }], l2: 0 },
  optimizer: { name: "adamw", betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 },
};

const SCHEME = { scheme: "kaiming", gain: 1, mode: "fan_in", distribution: "normal" } as const;
const ONES = { scheme: "ones", scale: 1 } as const;
const ZEROS = { scheme: "zeros", scale: 1 } as const;
const LAYER = { weight: { ...SCHEME, scale: 1 }, bias: ZEROS, gamma: ONES, beta: ZEROS };
const INIT: RunSpec["init"] = {
  embedding: { scheme: "normal", std: 1, scale: 1 },
  ...{ hidden: LAYER, output: LAYER },
};

/** Trains a model for some steps, writes it for PyTorch and returns logits of some contexts. */
function trainedFile(path: string, model: RunSpec["model"]): readonly (readonly number[])[] {
  const dataset = buildDataset(NAMES, { context: model.context, shuffleSeed: 1 });
  const spec: RunSpec = { model, init: INIT, train: TRAIN, seed: 3, shuffleSeed: 1 };
  const trainer = new Trainer(spec, dataset);
  const buffer = {
    ...{ loss: new Float64Array(20), lr: new Float64Array(20) },
    ratios: new Float32Array(20 * trainer.parameters.length),
    metrics: new Float64Array(20 * trainer.metrics.length),
  };
  trainer.advance(buffer, 20);
  const { weights: bytes, optimizer, step } = trainer.checkpoint();
  const weights = trainedWeights(bytes, model);
  const network = torchNetwork(model, { ...weights, step, train: TRAIN, kept: optimizer });
  writeFileSync(
    path,
    torchFile({
      ...{ layers: network.layers, tied: network.tied, context: model.context },
      state_dict: Object.fromEntries(network.state.map((one) => [one.name, one])),
      optimizer: new Map(
        network.optimizer.map((states, i) => [
          i,
          Object.fromEntries(states.map((one) => [one.name, one])),
        ]),
      ),
    }),
  );
  const engine = SIMD.create({ model, train: TRAIN, dataset, tensors: weights.tensors });
  const logits = CONTEXTS.map((first) => {
    const row = new Float32Array(weights.vocabulary.length);
    engine.predict(contextOf(model, first), row);
    return [...row];
  });
  engine.dispose();
  trainer.dispose();
  return logits;
}

const CONTEXTS = [0, 1, 5] as const;

function contextOf({ context }: RunSpec["model"], first: number): number[] {
  return Array.from({ length: context }, (_, i) => (first * (i + 1)) % 7);
}

/** What Adam goes on to do from its state; a model that repeats a tied weight has it once. */
const GO_ON = `
adam = torch.optim.AdamW(net.parameters(), lr=0.01)
adam.load_state_dict({**adam.state_dict(), "state": saved["optimizer"]})
steps = {int(state["step"]) for state in adam.state.values()}
shapes = all(state["exp_avg"].shape == p.shape for p, state in adam.state.items())
`;

torchTest("every kind of model gives the same logits there, and its optimiser goes on", () => {
  const folder = makeFolder();
  const models = LISTS.map(([name, model], i) => {
    const logits = trainedFile(join(folder, `${i}.pt`), model);
    return { name, model, logits };
  });
  const jobs = models.map(({ model }) => CONTEXTS.map((first) => contextOf(model, first)));
  writeFileSync(join(folder, "jobs.json"), JSON.stringify(jobs));
  const found = inTorch(
    folder,
    `out = []
for i, contexts in enumerate(json.load(open("jobs.json"))):
    saved = torch.load(f"{i}.pt")
    net = build(saved["layers"])
    net.load_state_dict(saved["state_dict"])
    if saved["tied"] is not None: net[saved["tied"]].weight = net[0].weight
    net.eval()
${GO_ON.replace(/^(?=.)/gm, "    ")}
    out.append({"logits": net(torch.tensor(contexts)).tolist(), "steps": list(steps), "shapes": shapes,
                "count": len(adam.state) == len(list(net.parameters()))})
print(json.dumps(out))`,
    "0.pt",
  );

  for (const [i, one] of (found as Found[]).entries()) {
    const { name, logits } = models[i] ?? { name: "", logits: [] };
    expect(one, name).toMatchObject({ steps: [20], shapes: true, count: true });
    const worst = Math.max(
      ...one.logits.flat().map((value, j) => Math.abs(value - (logits.flat()[j] ?? Number.NaN))),
    );
    expect(worst, name).toBeLessThan(2e-5);
  }
  expect(found).toHaveLength(LISTS.length);
});

type Found = { readonly logits: readonly (readonly number[])[] };

const STD = `name: std
data: { file: names.txt }
model: { embedding: 4, hidden: [8], batch_norm: { where: hidden, running: std } }
train: { steps: 5, batch_size: 8 }
seeds: [1]
`;

torchTest("a run is exported as the page says, the lecture's norms with a note", async () => {
  const folder = makeFolder();
  expect((await ablate(folder, "run", "small.yaml", "--quiet")).status).toBe(0);
  const plain = await ablate(folder, "export", "small/plain", "-o", "v7.pt");
  expect(plain).toMatchObject({ status: 0 });
  expect(plain.stderr).toBe("wrote the weights of 1 run to v7.pt\n");
  const shown = inTorch(
    folder,
    `print(json.dumps({"keys": list(saved["state_dict"]), "step": saved["step"],
      "shapes": [list(p.shape) for p in net.parameters()], "run": saved["run"], "keeps": "optimizer" in saved}))`,
  );
  expect(shown).toEqual({
    keys: ["0.weight", "2.weight", "2.bias", "4.weight", "4.bias"],
    shapes: [[27, 4], [16, 12], [16], [27, 16], [27]].map((shape) =>
      shape.map((size) => (size === 27 ? expect.any(Number) : size)),
    ),
    ...{ step: "200", run: "small/plain", keeps: false },
  });

  writeFileSync(join(folder, "std.yaml"), STD);
  expect((await ablate(folder, "run", "std.yaml", "--quiet")).status).toBe(0);
  const normed = await ablate(folder, "export", "std/run", "-o", "norm.pt");
  expect(normed.stderr).toContain("norms with a running standard deviation become BatchNorm1d");
  expect(inTorch(folder, 'print(json.dumps(list(saved["state_dict"])))', "norm.pt")).toContain(
    "3.num_batches_tracked",
  );
});

test("a grid goes into a folder, and what is not there is said", async () => {
  const folder = makeFolder();
  expect((await ablate(folder, "run", "small.yaml", "--quiet")).status).toBe(0);
  const grid = await ablate(folder, "export", "small", "-o", "weights", "--format", "pytorch");
  expect(grid.stderr).toContain("wrote the weights of 2 runs to weights");

  const best = await ablate(folder, "export", "small/plain", "-o", "best.pt", "--best");
  expect(best.status).toBe(2);
  expect(best.stderr).toContain("small/plain has no best weights: record.best keeps them");
  const table = await ablate(folder, "export", "small", "-o", "a.csv", "--best");
  expect(table.stderr).toContain("--best is for weights: safetensors and pytorch");
});
