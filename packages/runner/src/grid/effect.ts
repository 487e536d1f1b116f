/** Values that were written and change nothing, because no run has what they are for. */

import { canonicalJson } from "../config/canonical-json.ts";
import type { Problem } from "../config/config-error.ts";
import { initSchema } from "../config/init-schema.ts";
import { validates } from "../config/stop.ts";
import { type Node, nodeAt } from "../config/tree.ts";
import type { Sections } from "./sections.ts";

/** Collects over all runs of a config what is written and whether it counts in any. */
export class EffectCheck {
  readonly #without = new Map<string, Problem>();
  readonly #withEffect = new Set<string>();

  add(sections: Sections): void {
    this.#addInit(sections);
    this.#addRates(sections);
    this.#addStop(sections);
  }

  /** What no run makes use of, in the order in which it was met. */
  get warnings(): Problem[] {
    return [...this.#without]
      .filter(([place]) => !this.#withEffect.has(place))
      .map(([, problem]) => problem);
  }

  #addInit({ model, init }: Sections): void {
    if (model.value === null || init.value === null) return;
    const { batch_norm: norm, bias } = model.value;
    const hasNorm = norm !== "none";
    const uses: readonly (readonly [string, boolean, string])[] = [
      ["init.hidden.bias", bias, "model.bias is false"],
      ["init.output.bias", bias, "model.bias is false"],
      ["init.hidden.gamma", hasNorm, "there is no batch norm"],
      ["init.hidden.beta", hasNorm, "there is no batch norm"],
      ["init.output.gamma", hasNorm && norm.where === "all", OUTPUT],
      ["init.output.beta", hasNorm && norm.where === "all", OUTPUT],
    ];
    for (const [key, isUsed, why] of uses) {
      const node = nodeAt(init.tree, key.split("."));
      if (node === null) continue;
      if (isUsed || isDefault(key, init.value)) this.#withEffect.add(placeOf(node));
      else this.#note(node, `${key}: has no effect, ${why}`);
    }
  }

  #addRates({ train }: Sections): void {
    const steps = train.value?.steps;
    const lr = nodeAt(train.tree, ["train", "lr"]);
    const isShortened = nodeAt(train.tree, ["train", "steps"])?.at.line === null;
    if (steps === undefined || lr?.kind !== "map" || isShortened) return;
    for (const [step, { keyAt, value }] of lr.entries) {
      if (Number(step) < steps) this.#withEffect.add(placeOf(value));
      else {
        const problem = `train.lr.${step}: has no effect, training ends after ${steps} steps`;
        this.#without.set(placeOf(value), { ...keyAt, message: problem });
      }
    }
  }

  #addStop({ train }: Sections): void {
    const { value, tree } = train;
    if (value?.stop === undefined) return;
    const { patience, every } = value.stop;
    const isMeasured = validates(value.stop);
    const at = (name: string): Node | null => nodeAt(tree, ["train", "stop", name]);
    const checks: readonly (readonly [Node | null, boolean, string])[] = [
      [at("every"), isMeasured, "train.stop.every: has no effect, there is no patience or target"],
      [
        at("every") ?? at("patience") ?? at("target"),
        !isMeasured || every < value.steps,
        `train.stop: has no effect, the validation loss is measured every ${every} steps and training ends after ${value.steps}`,
      ],
      [
        at("patience"),
        patience === "none" || patience >= every,
        `train.stop.patience: acts as ${every}, the validation loss is measured every ${every} steps (train.stop.every)`,
      ],
    ];
    for (const [node, isUsed, message] of checks) {
      if (node === null) continue;
      const place = `${placeOf(node)} ${message}`;
      if (isUsed) this.#withEffect.add(place);
      else if (!this.#without.has(place)) this.#without.set(place, { ...node.at, message });
    }
  }

  #note(node: Node, message: string): void {
    const place = placeOf(node);
    if (!this.#without.has(place)) this.#without.set(place, { ...node.at, message });
  }
}

const OUTPUT = "the output layer has no batch norm (model.batch_norm: all gives it one)";

const DEFAULTS = initSchema.parse({});

function isDefault(key: string, init: typeof DEFAULTS): boolean {
  const [, group, name] = key.split(".");
  return canonicalJson(pick(init, group, name)) === canonicalJson(pick(DEFAULTS, group, name));
}

function pick(init: typeof DEFAULTS, group = "", name = ""): unknown {
  const layer = group === "hidden" ? init.hidden : init.output;
  return Object.entries(layer).find(([key]) => key === name)?.[1];
}

function placeOf({ at: { source, line, col } }: Node): string {
  return `${source}:${line}:${col}`;
}
