import type { StopSpec } from "../spec.ts";
import { LowestLoss, type LowestLossState } from "./lowest-loss.ts";

/** Why training ends before its last step. */
export type EarlyStopReason = "patience" | "target";

/** Watches the validation loss of a run. Told the same loss of a step again, it says the same again. */
export class EarlyStop {
  readonly #spec: StopSpec;
  readonly #lowest: LowestLoss;

  /** @param state - of a watch that this one goes on from */
  constructor(spec: StopSpec, state?: LowestLossState) {
    this.#spec = spec;
    this.#lowest = new LowestLoss(state);
  }

  get state(): LowestLossState {
    return this.#lowest.state;
  }

  /**
   * Whether training ends here.
   *
   * @param loss - of the validation split after `step` updates; one that is not finite is no improvement
   */
  follow(step: number, loss: number): EarlyStopReason | null {
    const { patience, target } = this.#spec;
    this.#lowest.follow(step, loss);
    if (target !== null && loss <= target) return "target";
    return patience !== null && step - this.state.step >= patience ? "patience" : null;
  }
}
