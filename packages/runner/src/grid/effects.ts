/**
 * Finds values that were written and change nothing, because no run of the config has what they are for, and numbers
 * that act as others.
 */
import type { Problem } from "../config/config-error.ts";
import { positionText } from "../config/config-error.ts";
import type { Effect } from "./effect.ts";
import { beyondFloat32 } from "./float32.ts";
import { groupEffects } from "./group-effects.ts";
import { initEffects } from "./init-effects.ts";
import { modelEffects } from "./model-effects.ts";
import type { Networks } from "./networks.ts";
import type { Sections } from "./sections.ts";
import { trainEffects } from "./train-effects.ts";

export class EffectCheck {
  readonly #networks: Networks;
  readonly #without = new Map<string, Problem>();
  readonly #withEffect = new Set<string>();

  constructor(networks: Networks) {
    this.#networks = networks;
  }

  add(sections: Sections): void {
    const network = this.#networks.of(sections);
    const effects = [
      ...(network === null ? [] : modelEffects(network, sections.model)),
      ...(network === null ? [] : initEffects(network, sections)),
      ...(network === null ? [] : groupEffects(network, sections.train)),
      ...trainEffects(sections.train),
      ...beyondFloat32(sections).map((problem) => ({ isUsed: false, problem })),
    ];
    for (const effect of effects) this.#note(effect);
  }

  /** What no run makes use of, in the order in which it was met. */
  get warnings(): Problem[] {
    return [...this.#without]
      .filter(([place]) => !this.#withEffect.has(place))
      .map(([, problem]) => problem);
  }

  /** Notes whether a value is used, of which the first mention of its place counts. */
  #note({ isUsed, problem }: Effect): void {
    const { message, ...at } = problem;
    const place = `${positionText(at)} ${message.slice(0, message.indexOf(":"))}`;
    if (isUsed) this.#withEffect.add(place);
    else if (!this.#without.has(place)) this.#without.set(place, problem);
  }
}
