/** What the batch norms of a network normalise with: moments of a batch, running ones, and those held for evaluations. */
import * as tf from "@tensorflow/tfjs";
import {
  type BatchNormModule,
  batchNormsOf,
  isBatchNorm,
  type NetworkPlan,
} from "../../model/network-plan.ts";
import type { UnitMoments } from "../../probe/network-pass.ts";
import type { Tensor } from "../engine.ts";
import type { UnitSpreads } from "./column-moments.ts";
import { batchNorm, divisorOf, type Moments, normalise } from "./modules/batch-norm.ts";
import type { Normalise } from "./network.ts";
import { floats } from "./weights.ts";

/** What a norm normalises with outside of training, `[n]` each, and where it comes from. */
type Held = {
  readonly mean: tf.Tensor1D;
  readonly divisor: tf.Tensor1D;
  readonly moments: UnitMoments;
};

export class NormMoments {
  /** The batch norms in forward order. */
  readonly norms: readonly BatchNormModule[];
  readonly #plan: NetworkPlan;
  readonly #running: ReadonlyMap<BatchNormModule, UnitSpreads>;
  readonly #held = new Map<BatchNormModule, Held>();
  /** Whether the running moments of now are held. */
  #holdsRunning = false;

  /** Starts from the running statistics that `given` has, else from 0 and 1. */
  constructor(plan: NetworkPlan, given: readonly Tensor[]) {
    const valuesOf = (wanted: string) => given.find(({ name }) => name === wanted)?.values.slice();
    this.norms = batchNormsOf(plan);
    this.#plan = plan;
    this.#running = new Map(
      this.norms.map((norm) => [
        norm,
        {
          mean: valuesOf(norm.runningMean.name) ?? new Float32Array(norm.width),
          spread: valuesOf(norm.runningSpread.name) ?? new Float32Array(norm.width).fill(1),
        },
      ]),
    );
  }

  /** Normalises by the moments of the batch, which the running ones follow. */
  readonly training: Normalise = (x, norm, affine) =>
    batchNorm(x, affine, norm.spec, (moments) => this.#fold(norm, moments));

  /** Normalises by what is held. */
  readonly evaluating: Normalise = (x, norm, affine) => {
    const held = this.#held.get(norm);
    if (held === undefined) throw new RangeError(`tfjs: nothing to normalise ${norm.layer} by`);
    return normalise(x, held, affine);
  };

  /** Makes a norm normalise by these moments in evaluations. */
  hold(norm: BatchNormModule, given: UnitSpreads): void {
    this.#holdsRunning = false;
    const before = this.#held.get(norm);
    if (before !== undefined) tf.dispose([before.mean, before.divisor]);
    const held = tf.tidy(() => ({
      mean: tf.tensor1d(given.mean.slice()),
      divisor: divisorOf(tf.tensor1d(given.spread.slice()), norm.spec),
    }));
    this.#held.set(norm, { ...held, moments: unitMoments(given, norm) });
  }

  /** Makes every norm normalise by its running moments in evaluations. */
  holdRunning(): void {
    if (this.#holdsRunning) return;
    for (const [norm, running] of this.#running) this.hold(norm, running);
    this.#holdsRunning = true;
  }

  /** The running moments of a norm. */
  running(norm: BatchNormModule): UnitMoments | null {
    const found = this.#running.get(norm);
    return found === undefined ? null : unitMoments(found, norm);
  }

  /** What the first norm of each layer holds. */
  held(): ReadonlyMap<string, UnitMoments> {
    return new Map(
      this.#plan.layers.flatMap(({ name, norm }) => {
        const held = norm !== null && isBatchNorm(norm) ? this.#held.get(norm) : undefined;
        return held === undefined ? [] : [[name, held.moments]];
      }),
    );
  }

  tensors(): Tensor[] {
    return [...this.#running].flatMap(([{ runningMean, runningSpread }, { mean, spread }]) => [
      { ...runningMean, values: mean.slice() },
      { ...runningSpread, values: spread.slice() },
    ]);
  }

  dispose(): void {
    for (const { mean, divisor } of this.#held.values()) tf.dispose([mean, divisor]);
    this.#held.clear();
  }

  #fold(norm: BatchNormModule, { mean, spread }: Moments): void {
    const running = this.#running.get(norm);
    if (running === undefined) return;
    this.#holdsRunning = false;
    const { momentum } = norm.spec;
    move(running.mean, floats(mean), momentum);
    move(running.spread, floats(spread), momentum);
  }
}

function move(running: Float32Array, batch: Float32Array, momentum: number): void {
  for (let i = 0; i < running.length; i++) {
    running[i] = (1 - momentum) * (running[i] ?? 0) + momentum * (batch[i] ?? 0);
  }
}

/** Copies moments of every unit; what is kept as a variance becomes a std. */
export function unitMoments(
  { mean, spread }: UnitSpreads,
  { spec }: Pick<BatchNormModule, "spec">,
): UnitMoments {
  const std = spec.running === "variance" ? spread.map(Math.sqrt) : spread.slice();
  return { mean: mean.slice(), std };
}
