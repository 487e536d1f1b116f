/**
 * `bits.ts STEPS THREADS`: trains every net of `pnpm same-bits` and prints a hash of each kind of number that a run
 * records, after 100 steps and after all.
 */
import { createHash } from "node:crypto";
import { type Dataset, SIMD, Trainer } from "@ablate/core";
import { joined } from "./team.ts";
import { configOf, loadNet, WORKLOAD_NAMES } from "./workloads.ts";

/** Steps that every kind of kernels makes, the soft ones, too. */
const EARLY = 100;
/** An odd number of them: the last tile is no whole one. */
const FEW = 301;
const SATURATED = 0.97;

const [steps = 0, threads = 1] = process.argv.slice(2).map(Number);
const hashes: Record<string, string> = {};
for (const [net, config] of Object.entries(nets())) await hashNet(net, config);
const { version, reason } = SIMD;
process.stdout.write(`${JSON.stringify({ kernels: version, reason, hashes })}\n`);

/** The workloads, and nets that take the ways they do not. */
function nets(): Readonly<Record<string, ReturnType<typeof configOf>>> {
  const [plain, deep] = [configOf("two-layer"), configOf("six-layer-bn-100")];
  const twenty = Array.from({ length: 20 }, () => 41).join();
  return {
    ...Object.fromEntries(WORKLOAD_NAMES.map((name) => [name, configOf(name)])),
    relu: { ...plain, set: ["model.activation=relu", "train.l2=0.01"] },
    linear: { ...deep, set: ["model.activation=none"] },
    "twenty-layer": { ...deep, set: [`model.hidden=[${twenty}]`] },
    "rms norm behind blocks": {
      ...plain,
      set: [
        ...["model.hidden=[41,41,41]", "model.norm=rms", "model.residual=post"],
        ...["model.activation=silu", "model.dropout=0.1", "train.label_smoothing=0.1"],
      ],
    },
    "tied weights": {
      ...plain,
      set: ["model.hidden=[33,10]", "model.tie=true", "model.activation=softplus"],
    },
  };
}

async function hashNet(net: string, config: ReturnType<typeof configOf>): Promise<void> {
  const { spec, dataset } = loadNet(config, steps);
  const { train, valid, test } = dataset;
  const few = { ...dataset, train: firstOf(train), valid: firstOf(valid), test: firstOf(test) };
  const trainer = new Trainer(spec, few, { mostThreads: threads });
  if (threads > 1) await joined(trainer, threads);
  const history = {
    loss: new Float64Array(steps),
    lr: new Float64Array(steps),
    ratios: new Float32Array(steps * trainer.parameters.length),
  };
  for (const stop of steps > EARLY ? [EARLY, steps] : [steps]) {
    trainer.advance(history, stop - trainer.step, trainer.step);
    const kinds = {
      losses: history.loss.subarray(0, stop),
      rates: history.lr.subarray(0, stop),
      ratios: history.ratios.subarray(0, stop * trainer.parameters.length),
      evaluations: asText(trainer.evaluate()),
      probes: asText(trainer.probe(SATURATED)),
      weights: trainer.weights(),
    };
    for (const [kind, value] of Object.entries(kinds)) {
      hashes[`${net} ${kind} ${stop}`] = createHash("sha256").update(value).digest("hex");
    }
  }
  trainer.dispose();
}

/** Fewer examples, since each kind of kernels evaluates them, and the soft ones take thirty times as long. */
function firstOf({ contexts, targets, count }: Dataset["train"]): Dataset["train"] {
  const few = Math.min(count, FEW);
  const context = contexts.length / count;
  return {
    contexts: contexts.subarray(0, few * context),
    targets: targets.subarray(0, few),
    count: few,
  };
}

/** JSON, in which arrays and maps of numbers are lists. */
function asText(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Map) return [...part];
    return ArrayBuffer.isView(part) ? Object.values(part) : part;
  });
}
