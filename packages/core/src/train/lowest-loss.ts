/** The lowest validation loss so far, and after how many steps it was measured; plain JSON. */
export type LowestLossState = { readonly best: number | null; readonly step: number };

/** Remembers the lowest validation loss of a run; one that is not finite is none. */
export class LowestLoss {
  #state: LowestLossState;

  /** @param state - of what this one goes on from */
  constructor(state: LowestLossState = { best: null, step: 0 }) {
    this.#state = state;
  }

  get state(): LowestLossState {
    return this.#state;
  }

  /** Takes the loss after `step` updates; returns whether it is lower than all before. */
  follow(step: number, loss: number): boolean {
    const { best } = this.#state;
    const isBetter = Number.isFinite(loss) && (best === null || loss < best);
    if (isBetter) this.#state = { best: loss, step };
    return isBetter;
  }
}
