/** What an optimiser keeps, in memory. */

import { weightDecaysOf } from "../../../optimizers/groups.ts";
import {
  type KeptState,
  keptStates,
  PLAIN_SGD,
  stateName,
} from "../../../optimizers/optimizers.ts";
import type { EngineOptions, Tensor } from "../../engine.ts";
import { type Arena, type Matrix, readTensor, type Slot, writeTensor } from "../layout.ts";
import type { KeptSlot } from "./rule.ts";

/** Room for the states of all parameters. */
export class KeptStates {
  /** In the order of the parameters. */
  readonly slots: readonly KeptSlot[];
  readonly #places: readonly Place[];
  #floats: Float32Array = new Float32Array();

  constructor(arena: Arena, slots: readonly Slot[], train: EngineOptions["train"]) {
    const states = keptStates(train.optimizer ?? PLAIN_SGD);
    const decays = weightDecaysOf(
      slots.map(({ parameter }) => parameter),
      train,
    );
    const places: Place[] = [];
    this.slots = slots.map(({ parameter, value, gradient, ratio }, index) => {
      const own = states.map((state): Place => {
        const matrix = arena.matrix(value.rows, value.columns);
        const name = stateName(parameter, state);
        return { tensor: { name, shape: parameter.shape }, state, matrix };
      });
      places.push(...own);
      const weightDecay = decays[index] ?? 0;
      return { value, gradient, ratio, weightDecay, states: own.map(({ matrix }) => matrix) };
    });
    this.#places = places;
  }

  /**
   * Takes the memory, in which the states begin as `given` has them, or anew.
   *
   * @throws RangeError - one of them is missing
   */
  open(memory: ArrayBufferLike, given: readonly Tensor[] | undefined): void {
    const floats = new Float32Array(memory);
    this.#floats = floats;
    const byName = new Map(given?.map((tensor) => [tensor.name, tensor]));
    for (const { tensor, state, matrix } of this.#places) {
      const { name } = tensor;
      const values = new Float32Array(matrix.rows * matrix.columns).fill(state.start);
      const start = given === undefined ? { ...tensor, values } : byName.get(name);
      if (start === undefined) throw new RangeError(`simd: ${name} is missing`);
      writeTensor(floats, matrix, start);
    }
  }

  /** Copies of all of them. */
  tensors(): Tensor[] {
    return this.#places.map(({ tensor, matrix }) => readTensor(this.#floats, tensor, matrix));
  }
}

/** A state of one parameter. */
type Place = {
  readonly tensor: Pick<Tensor, "name" | "shape">;
  readonly state: KeptState;
  readonly matrix: Matrix;
};
