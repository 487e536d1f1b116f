import type { StopSpec } from "../spec.ts";

/** The best validation loss so far, and after how many steps it was measured; plain JSON. */
export type EarlyStopState = { readonly best: number | null; readonly step: number };

/** Why training ends before its last step. */
export type EarlyStopReason = "patience" | "target";

/** Watches the validation loss of a run. Told the same loss of a step again, it says the same again. */
export class EarlyStop {
  readonly #spec: StopSpec;
  #state: EarlyStopState;

  /** @param state - of a watch that this one goes on from */
  constructor(spec: StopSpec, state: EarlyStopState = { best: null, step: 0 }) {
    this.#spec = spec;
    this.#state = state;
  }

  get state(): EarlyStopState {
    return this.#state;
  }

  /**
   * Whether training ends here.
   *
   * @param loss - of the validation split after `step` updates; one that is not finite is no improvement
   */
  follow(step: number, loss: number): EarlyStopReason | null {
    const { patience, target } = this.#spec;
    const { best } = this.#state;
    const isBetter = Number.isFinite(loss) && (best === null || loss < best);
    if (isBetter) this.#state = { best: loss, step };
    if (target !== null && loss <= target) return "target";
    return patience !== null && step - this.#state.step >= patience ? "patience" : null;
  }
}
