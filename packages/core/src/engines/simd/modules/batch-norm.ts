import type { BatchNormModule } from "../../../model/network-plan.ts";
import type { UnitMoments } from "../../../probe/network-pass.ts";
import type { Tensor } from "../../engine.ts";
import { leadingDimension, type Matrix, readRows, readTensor, writeTensor } from "../layout.ts";
import { type Module, type Port, reservePort, type Site } from "./module.ts";

/** Batch norm; it normalises by the moments that it holds. */
export type BatchNorm = Module & {
  readonly planned: BatchNormModule;
  readonly input: Port;

  /** Makes it hold its running moments. */
  holdRunning(): void;

  /** Clears the sums of moments. */
  clearSums(): void;

  /** Adds the rows that are in its input to the sums. */
  addToSums(examples: number): void;

  /** Makes it hold the moments of the rows that were added, those of so many examples. */
  holdSummed(examples: number): void;

  /** Copies of the moments that it holds, and of the running ones. */
  moments(): { readonly held: UnitMoments; readonly running: UnitMoments };

  /** Sets the running statistics: to those that are given, else to 0 and 1. */
  load(given: ReadonlyMap<string, Tensor>): void;

  /** Copies of the running statistics. */
  tensors(): Tensor[];
};

/** Makes the batch norm of each unit over the rows of all examples. Vectors are 1 x n. */
export function makeBatchNorm(
  site: Site,
  planned: BatchNormModule,
  input: Port,
  gradient: Matrix = input.gradient,
): BatchNorm {
  const { kernels, arena, memory, slotOf } = site;
  const { epsilon, momentum, running } = planned.spec;
  /** 1: the spread is a variance; 0: a standard deviation. */
  const keepsVariance = running === "variance" ? 1 : 0;
  const [gamma, beta] = [slotOf(planned.gain), slotOf(planned.shift)];
  const { value: x, gradient: dx, positions } = input;
  const { columns: N, ld } = x;
  const vector = () => arena.matrix(1, N);
  const [runningMean, runningSpread] = [vector(), vector()];
  // Moments in use: of the current batch, or of an evaluation.
  const [mean, spread, divisor, slope] = [vector(), vector(), vector(), vector()];
  // What columnMoments sums up: 2 ld doubles.
  const sums = arena.reserve(2 * leadingDimension(N) * 8);
  const normal = arena.matrix(x.rows, N);
  const output = reservePort(site, planned, gradient);
  const { value: y, gradient: dy } = output;
  const floats = () => new Float32Array(memory.buffer);
  const divide = () => kernels.divisorOf(spread.at, divisor.at, N, epsilon, keepsVariance);
  const unitMoments = (means: Matrix, spreads: Matrix): UnitMoments => {
    const std = readRows(floats(), spreads, 1);
    const mean = readRows(floats(), means, 1);
    return { mean, std: keepsVariance === 1 ? std.map(Math.sqrt) : std };
  };
  return {
    ...{ planned, input, inputs: [input], output, slots: [gamma, beta] },

    forward(examples, mode) {
      const rows = examples * positions;
      if (mode !== "held") {
        // biome-ignore format: as the kernel has them
        kernels.batchMoments(x.at, mean.at, spread.at, divisor.at, slope.at, rows, N, ld, epsilon, keepsVariance);
      }
      if (mode === "train") {
        kernels.foldRunning(runningMean.at, mean.at, momentum, N);
        kernels.foldRunning(runningSpread.at, spread.at, momentum, N);
      }
      const [scale, shift] = [gamma.value.at, beta.value.at];
      // biome-ignore format: as the kernel has them
      kernels.normalise(x.at, mean.at, divisor.at, scale, shift, normal.at, y.at, rows, N, ld);
    },

    backward(examples) {
      const rows = examples * positions;
      const { at: dgamma } = gamma.gradient;
      const { at: dbeta } = beta.gradient;
      const { at: scale } = gamma.value;
      // biome-ignore format: as the kernel has them
      kernels.normBackward(dy.at, normal.at, divisor.at, slope.at, scale, dgamma, dbeta, dx.at, rows, N, ld);
    },

    holdRunning() {
      const all = floats();
      for (const [from, to] of [
        [runningMean, mean],
        [runningSpread, spread],
      ] as const) {
        all.copyWithin(to.at / 4, from.at / 4, from.at / 4 + N);
      }
      divide();
    },

    clearSums() {
      floats().fill(0, sums / 4, sums / 4 + 4 * ld);
    },

    addToSums(examples) {
      kernels.columnMoments(x.at, runningMean.at, sums, examples * positions, N, ld);
    },

    holdSummed(examples) {
      const count = examples * positions;
      const { at: origin } = runningMean;
      kernels.finishMoments(sums, origin, mean.at, spread.at, count, N, ld, keepsVariance);
      divide();
    },

    moments() {
      return {
        held: unitMoments(mean, spread),
        running: unitMoments(runningMean, runningSpread),
      };
    },

    load(given) {
      const all = floats();
      all.fill(1, runningSpread.at / 4, runningSpread.at / 4 + N);
      const [means, spreads] = [
        given.get(planned.runningMean.name),
        given.get(planned.runningSpread.name),
      ];
      if (means !== undefined) writeTensor(all, runningMean, means);
      if (spreads !== undefined) writeTensor(all, runningSpread, spreads);
    },

    tensors() {
      const all = floats();
      return [
        readTensor(all, planned.runningMean, runningMean),
        readTensor(all, planned.runningSpread, runningSpread),
      ];
    },
  };
}

export function isBatchNorm(module: Module): module is BatchNorm {
  return "holdRunning" in module;
}
