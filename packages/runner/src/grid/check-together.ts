/** Checks values that are fine one by one: those that do not fit each other, and those without effect. */

import { planParameters } from "@ablate/core";
import { count, hint } from "@ablate/text";
import { canonicalJson } from "../config/canonical-json.ts";
import type { ModelConfig } from "../config/config.ts";
import { type Problem, positionText } from "../config/config-error.ts";
import { initSchema } from "../config/init-schema.ts";
import { stepText } from "../config/section-schemas.ts";
import { toModelSpec, usesValidation } from "../config/to-run-spec.ts";
import { type MapNode, type Node, nodeAt } from "../config/tree.ts";
import { beyondFloat32 } from "./float32.ts";
import { type Sections, valueAt } from "./sections.ts";

const DEFAULT_INIT = initSchema.parse({});

/** Reports values that do not fit each other; says nothing where the model itself is wrong. */
export function checkTogether({ model, train }: Sections): Problem[] {
  if (model.value === null) return [];
  const { value } = model;
  return [
    ...checkMemory(value, model.tree),
    ...checkBatchSize(value, train),
    ...checkL2(value, train.tree),
  ];
}

/** Values and gradients of 4 bytes each fill the 4 GiB that an engine can address. */
const MOST_PARAMETERS = 2 ** 29;

function checkMemory({ embedding, hidden }: ModelConfig, tree: MapNode): Problem[] {
  const widths = [embedding, ...hidden];
  const weights = widths.slice(1).reduce((sum, width, i) => sum + width * (widths[i] ?? 0), 0);
  if (weights <= MOST_PARAMETERS) return [];
  const { at } = nodeAt(tree, ["model", "hidden"]) ?? tree;
  const message = `model.hidden: ${count(weights)} weights do not fit into 4 GiB of memory`;
  return [{ ...at, message }];
}

function checkBatchSize(model: ModelConfig, { value, tree }: Sections["train"]): Problem[] {
  const batchSize = nodeAt(tree, ["train", "batch_size"]);
  if (model.batch_norm === "none" || batchSize === null || value?.batch_size !== 1) return [];
  const message = "batch norm needs at least 2: there is no unbiased variance of 1 example";
  return [{ ...batchSize.at, message: `train.batch_size: ${message}` }];
}

function checkL2(model: ModelConfig, tree: MapNode): Problem[] {
  const l2 = nodeAt(tree, ["train", "l2"]);
  if (l2?.kind !== "map") return [];
  // Neither the context nor the vocabulary decides about the names.
  const parameters = planParameters({ model: toModelSpec(model, 1), init: DEFAULT_INIT }, 1);
  const names = parameters.map(({ name }) => name);
  return [...l2.entries]
    .filter(([name]) => !names.includes(name))
    .map(([name, { keyAt }]) => ({
      ...keyAt,
      message: `train.l2.${name}: no such parameter${hint(name, names)}`,
    }));
}

/**
 * Finds values that were written and change nothing, because no run of the config has what they are for, and numbers
 * that act as others.
 */
export class EffectCheck {
  readonly #without = new Map<string, Problem>();
  readonly #withEffect = new Set<string>();

  add(sections: Sections): void {
    this.#addInit(sections);
    this.#addRates(sections);
    this.#addStop(sections);
    for (const problem of beyondFloat32(sections)) this.#check(placeOf(problem), false, problem);
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
    const isNormed = hasNorm && norm.where === "all";
    const uses: readonly (readonly [string, boolean, string])[] = [
      ["hidden.bias", bias, "model.bias is false"],
      ["output.bias", bias, "model.bias is false"],
      ["hidden.gamma", hasNorm, "there is no batch norm"],
      ["hidden.beta", hasNorm, "there is no batch norm"],
      ["output.gamma", isNormed, OUTPUT],
      ["output.beta", isNormed, OUTPUT],
    ];
    for (const [key, isUsed, why] of uses) {
      const path = key.split(".");
      const node = nodeAt(init.tree, ["init", ...path]);
      if (node === null) continue;
      const [own, usual] = [init.value, DEFAULT_INIT].map((one) =>
        canonicalJson(valueAt(one, path)),
      );
      const message = `init.${key}: has no effect, ${why}`;
      this.#check(positionText(node.at), isUsed || own === usual, { ...node.at, message });
    }
  }

  #addRates({ train }: Sections): void {
    const steps = train.value?.steps;
    const lr = nodeAt(train.tree, ["train", "lr"]);
    const isShortened = nodeAt(train.tree, ["train", "steps"])?.at.line === null;
    if (steps === undefined || lr?.kind !== "map" || isShortened) return;
    for (const [step, { keyAt, value }] of lr.entries) {
      if (Number(stepText(step)) < steps) this.#withEffect.add(positionText(value.at));
      else {
        const problem = `train.lr.${step}: has no effect, training ends after ${steps} steps`;
        this.#without.set(positionText(value.at), { ...keyAt, message: problem });
      }
    }
  }

  #addStop({ train: { value, tree } }: Sections): void {
    if (value?.stop === undefined) return;
    const { patience, every } = value.stop;
    const isMeasured = usesValidation(value.stop);
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
      const problem = { ...node.at, message };
      this.#check(placeOf(problem), isUsed, problem);
    }
  }

  /** Notes whether a value is used, of which the first mention of its `place` counts. */
  #check(place: string, isUsed: boolean, problem: Problem): void {
    if (isUsed) this.#withEffect.add(place);
    else if (!this.#without.has(place)) this.#without.set(place, problem);
  }
}

/** Tells several problems of one place apart. */
function placeOf({ message, ...at }: Problem): string {
  return `${positionText(at)} ${message}`;
}

const OUTPUT = "the output layer has no batch norm (model.batch_norm: all gives it one)";
