/** `ablate verify` over what a config can say of layers and of training. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ablateWith, type Ended, makeFolder } from "./make.ts";

const WASM = { ABLATE_TFJS_BACKEND: "wasm" };

/** Every kind of layer, each optimiser in a variant of its own. */
const EVERYTHING = `
name: all
data: { file: names.txt, context: 4 }
model:
  embedding: 6
  layers:
    - { flatten: 2 }
    - { linear: 12, bias: false }
    - { norm: batch }
    - gelu
    - { flatten: 2 }
    - { linear: 12 }
    - { repeat: 2, layers: [{ residual: [{ norm: layer }, { linear: 12 }, silu, { dropout: 0.1 }] }] }
    - { norm: rms }
    - { linear: output }
train:
  steps: 15
  batch_size: 8
  lr: { rate: 0.01, warmup: 5, then: cosine, steps: 15 }
  groups: [{ match: "role:bias", weight_decay: 0, lr: 0.02 }]
  clip: { norm: 1 }
  label_smoothing: 0.1
  batches: { epochs: shuffled, last: keep }
variants:
  sgd: { train.optimizer: { name: sgd, momentum: 0.9, nesterov: true } }
  adamw: { train.optimizer: adamw }
  rmsprop: { train.optimizer: { name: rmsprop, centered: true, eps: 0.001 } }
  adagrad: { train.optimizer: adagrad }
seeds: [1]
`;

test("engines agree on every kind of layer, by optimisers, groups, clipping and a schedule", async () => {
  const { status, stdout } = await verify(EVERYTHING);

  expect(stdout).toMatch(/\nthe engines agree\n$/);
  expect(status).toBe(0);
  for (const name of ["all/sgd", "all/adamw", "all/rmsprop", "all/adagrad"]) {
    expect(stdout).toMatch(new RegExp(`^${name}$`, "m"));
  }
  for (const series of [
    ...["log10_gradient_norm", "log10_clip_factor", "log10_lr.role:bias"],
    ...["tensor:hidden1.bn.running_var", "state:hidden4.norm.gain.exp_avg_sq"],
    ...["hidden3:stream", "hidden3:stream_gradient", "valid:running"],
  ]) {
    expect(stdout).toMatch(new RegExp(`^${series.replace(/[.*]/g, "\\$&")} +(all|[01]) `, "m"));
  }
});

test.each([
  ["init.hidden.weight: zeros"],
  ["init.embedding: zeros"],
  ["init.output.weight: zeros"],
])("engines agree where units do not vary in a batch: %s", async (init) => {
  const { status, stdout } = await verify(`
name: still
data: { file: names.txt }
model: { embedding: 4, hidden: [20], batch_norm: { where: all, running: std } }
train: { steps: 10, lr: 0.01, batch_size: 32 }
variants: { still: { ${init} } }
seeds: [1]
`);

  expect(status).toBe(0);
  expect(stdout).toMatch(/^loss +(all|\d+ of 10) +\d\.\de[-+]\d+ /m);
  expect(stdout).toMatch(/the engines agree\n$/);
});

/** Runs `verify` over a config that has these lines. */
function verify(config: string): Promise<Ended> {
  const folder = makeFolder();
  writeFileSync(join(folder, "spec.yaml"), config);
  return ablateWith(WASM, folder, "verify", "spec.yaml");
}
