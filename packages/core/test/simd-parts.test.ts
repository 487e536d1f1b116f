/** Modules of engine simd, compared with PyTorch's in double precision. */
import { expect, test } from "vitest";
import {
  Arena,
  growTo,
  layOutParameters,
  readRows,
  writeTensor,
} from "../src/engines/simd/layout.ts";
import { makeActivation } from "../src/engines/simd/modules/activation.ts";
import { isBatchNorm, makeBatchNorm } from "../src/engines/simd/modules/batch-norm.ts";
import { makeDropout } from "../src/engines/simd/modules/dropout.ts";
import type { Module, Port, Site } from "../src/engines/simd/modules/module.ts";
import { makeRowNorm } from "../src/engines/simd/modules/row-norm.ts";
import { crossEntropy } from "../src/engines/simd/network.ts";
import { openKernels } from "../src/engines/simd/threads/open-kernels.ts";
import { TorchGenerator } from "../src/random/torch-generator.ts";
import { ACTIVATIONS, type Parameter } from "../src/spec.ts";
import { goldenPart } from "./golden-parts.ts";
import { expectClose, type Matrix, NORMS, type Smoothing } from "./parts.ts";

const TOLERANCE = 2e-6;

type Bed = {
  readonly site: Site;
  readonly input: Port;
  /** Writes rows into a matrix, or one row of a parameter. */
  readonly write: (to: Port["value"], rows: Matrix) => void;
  readonly read: (from: Port["value"]) => number[];
  readonly open: () => void;
};

/** A place for one module, which reads rows of the shape of `x`. */
function makeBed(x: Matrix, parameters: readonly Parameter[] = []): Bed {
  const { kernels, memory, firstByte } = openKernels(1, 0);
  const arena = new Arena(firstByte);
  const [rows, columns] = [x.length, x[0]?.length ?? 0];
  const table = { name: "embedding", layer: "embedding", layerKind: "embedding" } as const;
  const embedding: Parameter = { ...table, role: "embedding", shape: [1, 1], size: 1 };
  const [own, ...slots] = layOutParameters(arena, [embedding, ...parameters], arena.reserve(64));
  if (own === undefined) throw new Error("no slot");
  const slotOf: Site["slotOf"] = ({ name }) => {
    const found = slots.find(({ parameter }) => parameter.name === name);
    if (found === undefined) throw new Error(`${name} has no slot`);
    return found;
  };
  const input = {
    positions: 1,
    value: arena.matrix(rows, columns),
    gradient: arena.matrix(rows, columns),
  };
  const floats = () => new Float32Array(memory.buffer);
  return {
    site: {
      ...{ kernels, memory, arena, context: 1, examples: rows, batchSize: rows, tokensAt: 0 },
      ...{
        hasDropout: true,
        embedding: own,
        tiedGradient: null,
        slotOf,
        whenOpen: () => undefined,
      },
      masks: new TorchGenerator(goldenPart<{ readonly seed: number }>("dropout").seed),
    },
    input,
    write: (to, given) => {
      const [first = []] = given;
      const values = Float32Array.from(given.flat());
      writeTensor(floats(), to, { name: "", shape: [given.length, first.length], values });
    },
    read: (from) => [...readRows(floats(), from, from.rows)],
    open: () => growTo(memory, arena.byteLength),
  };
}

/** Sends rows through a module, and a gradient back. */
function pass(bed: Bed, module: Module, [x, upstream]: readonly [Matrix, Matrix]): number[][] {
  const { input, write, read } = bed;
  write(input.value, x);
  module.forward(x.length, "train");
  const y = read(module.output.value);
  write(module.output.gradient, upstream);
  module.backward(x.length);
  return [y, read(input.gradient)];
}

type Curve = { readonly y: readonly number[]; readonly slope: readonly number[] };

const curves = goldenPart<{ readonly x: readonly number[] } & Readonly<Record<string, Curve>>>(
  "activations",
);

test.each([
  ...ACTIVATIONS.map((name) => ({ name, activation: name, slope: 0.01 })),
  { name: "leaky_relu 0.2", activation: "leaky_relu" as const, slope: 0.2 },
])("$name and its slope are PyTorch's", ({ name, activation, slope }) => {
  const x = [curves.x];
  const ones = [curves.x.map(() => 1)];
  const bed = makeBed(x);
  const base = { layer: "hidden1", width: curves.x.length, positions: 1 };
  const planned = { ...base, kind: "activation", activation, slope } as const;
  const module = makeActivation(bed.site, planned, bed.input);
  bed.open();

  const [y = [], slopes = []] = pass(bed, module, [x, ones]);

  expectClose(y, curves[name]?.y ?? [], TOLERANCE);
  expectClose(slopes, curves[name]?.slope ?? [], TOLERANCE);
});

test.each(Object.entries(NORMS.specs))("norm %s and its gradients are PyTorch's", (name, spec) => {
  const { given, [name]: expected } = NORMS;
  const width = given.gain.length;
  const parameter = (role: "gain" | "shift"): Parameter => {
    const own = { name: role, layer: "hidden1", layerKind: "hidden", role } as const;
    return { ...own, shape: [width], size: width };
  };
  const [gain, shift] = [parameter("gain"), parameter("shift")];
  const bed = makeBed(given.x, [gain, shift]);
  const base = { kind: "norm", layer: "hidden1", width, positions: 1, gain } as const;
  const module: Module = moduleOf();
  bed.open();
  bed.write(bed.site.slotOf(gain).value, [given.gain]);
  bed.write(bed.site.slotOf(shift).value, [given.shift]);
  if (isBatchNorm(module)) module.load(new Map());

  const [y = [], dx = []] = pass(bed, module, [given.x, given.upstream]);

  expectClose(y, expected?.y.flat() ?? [], TOLERANCE);
  expectClose(dx, expected?.["x.grad"].flat() ?? [], TOLERANCE);
  expectClose(bed.read(bed.site.slotOf(gain).gradient), expected?.["gain.grad"] ?? [], TOLERANCE);
  const shiftGradient = expected?.["shift.grad"];
  if (shiftGradient !== undefined) {
    expectClose(bed.read(bed.site.slotOf(shift).gradient), shiftGradient, TOLERANCE);
  }
  const running = isBatchNorm(module) ? module.tensors().map(({ values }) => [...values]) : [];
  expect(running.length).toBe(expected?.running?.length ?? 0);
  for (const [i, values] of running.entries()) {
    expectClose(values, expected?.running?.[i] ?? [], TOLERANCE);
  }

  function moduleOf(): Module {
    if (spec.norm !== "batch") {
      const own = spec.norm === "rms" ? null : shift;
      return makeRowNorm(
        bed.site,
        { ...base, spec: { kind: "norm", ...spec }, shift: own },
        bed.input,
      );
    }
    const tensors = {
      shift,
      runningMean: { name: "m", shape: [width] },
      runningSpread: { name: "s", shape: [width] },
    };
    return makeBatchNorm(
      bed.site,
      { ...base, spec: { kind: "norm", ...spec }, ...tensors },
      bed.input,
    );
  }
});

test("label smoothing costs what it costs in PyTorch", () => {
  const { logits, targets, of } = goldenPart<Smoothing>("smoothing");
  for (const { smoothing, loss, "logits.grad": gradient } of of) {
    const bed = makeBed(logits);
    const { kernels, arena, memory } = bed.site;
    const [targetsAt, sumsAt] = [arena.reserve(4 * targets.length), arena.reserve(4 * 16)];
    bed.open();
    bed.write(bed.input.value, logits);
    new Int32Array(memory.buffer, targetsAt, targets.length).set(targets);

    const sum = crossEntropy(
      { kernels, targetsAt, sumsAt, logits: bed.input },
      targets.length,
      smoothing,
    );

    expectClose([sum / targets.length], [loss], TOLERANCE);
    expectClose(bed.read(bed.input.gradient), gradient.flat(), TOLERANCE);
  }
});

type Masks = {
  readonly masks: readonly {
    readonly rate: number;
    readonly shape: readonly [number, number];
    readonly kept: string;
  }[];
};

test("dropout multiplies by PyTorch's masks, and by nothing when it does not train", () => {
  const all = goldenPart<Masks>("dropout").masks;
  const at = all.findIndex(({ shape: [rows] }) => rows > 1);
  const first = all[at];
  if (first === undefined) throw new Error("golden missing");
  const [rows, width] = first.shape;
  const x = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: width }, (__, j) => i + j + 1),
  );
  const bed = makeBed(x);
  for (const { rate, shape } of all.slice(0, at)) {
    bed.site.masks?.bernoulli(1 - rate, new Float32Array(shape[0] * shape[1]));
  }
  const base = { layer: "hidden1", width, positions: 1 };
  const planned = { ...base, kind: "dropout", rate: first.rate } as const;
  const module = makeDropout(bed.site, planned, bed.input);
  bed.open();

  const [y = [], dx = []] = pass(bed, module, [x, x]);

  const expected = x
    .flat()
    .map((value, i) => (first.kept[i] === "1" ? value / (1 - first.rate) : 0));
  expectClose(y, expected, TOLERANCE);
  expectClose(dx, expected, TOLERANCE);
  bed.write(bed.input.value, x);
  module.forward(rows, "probe");
  expect(bed.read(module.output.value)).toEqual(x.flat());
});
