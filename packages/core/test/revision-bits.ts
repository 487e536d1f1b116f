/** What the current revision of our engine trains, as hashes of losses, ratios, weights, evaluations and probes. */
import { createHash } from "node:crypto";
import { ENGINE_REVISIONS, type RunSpec } from "../src/index.ts";
import { LISTS } from "./lists.ts";
import { makeFewNames, makeSpec, type SpecChanges, trainAll } from "./make.ts";
import { init, MODELS, notebookNorm, torchNorm } from "./models.ts";

/** Where the hashes are stored. */
export const BITS_FILE: URL = new URL("revision-bits.json", import.meta.url);

export type RevisionBits = {
  readonly revision: number;
  /** Of networks of linear layers, batch norm, tanh and relu. */
  readonly sha256: string;
  /** Of every way to put layers together. */
  readonly lists: string;
};

/** Layers wider than a tile of a kernel and no multiple of one, with batches likewise. */
const LARGER: readonly SpecChanges[] = [
  { model: { embedding: 10, hidden: [200], batchNorm: notebookNorm }, train: { batchSize: 32 } },
  { model: { embedding: 7, hidden: [67, 130, 9], batchNorm: torchNorm }, train: { batchSize: 37 } },
  { model: { hidden: [33, 65], activation: "relu" }, train: { batchSize: 51, l2: 0.01 } },
  { model: { hidden: Array.from({ length: 19 }, () => 20), batchNorm: torchNorm } },
];

const STEPS = 20;

/** Trains a few small runs and returns the revision with the hashes of all that they leave. */
export function trainedBits(): RevisionBits {
  const small = MODELS.map(([, model, train]) => makeSpec({ init, model, train }));
  const sha256 = hashOf([...small, ...LARGER.map(makeSpec)]);
  const lists = hashOf(LISTS.map(([, model]) => ({ ...makeSpec({ init }), model })));
  return { revision: ENGINE_REVISIONS.simd, sha256, lists };
}

function hashOf(specs: readonly RunSpec[]): string {
  const lr = [
    { step: 0, rate: 0.1 },
    { step: STEPS / 2, rate: 0.01 },
  ];
  const hash = createHash("sha256");
  for (const { train, ...rest } of specs) {
    const spec = { ...rest, train: { ...train, steps: STEPS, lr } };
    const { trainer, loss, ratios } = trainAll(spec, makeFewNames(spec.model.context));
    hash.update(bytesOf(loss)).update(bytesOf(ratios)).update(trainer.weights());
    hash.update(JSON.stringify([trainer.evaluate(), trainer.probe(0.97), trainer.sample(5, 1)]));
    trainer.dispose();
  }
  return hash.digest("hex");
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
