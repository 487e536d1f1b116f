import { isCurve, type RateCurve, stepText } from "../config/rate-schema.ts";
import { usesValidation } from "../config/to-run-spec.ts";
import { STOP_EVERY, type TrainSettings } from "../config/train-schema.ts";
import { type MapNode, type Node, nodeAt } from "../config/tree.ts";
import type { Effect } from "./effect.ts";
import type { Sections } from "./sections.ts";

/** Notes settings of training that others leave without an effect. */
export function trainEffects({ value, tree }: Sections["train"]): Effect[] {
  if (value === null) return [];
  return [
    ...rateEffects(value, tree),
    ...momentumEffects(value, tree),
    ...stopEffects(value, tree),
  ];
}

function rateEffects({ steps, lr }: TrainSettings, tree: MapNode): Effect[] {
  const node = nodeAt(tree, ["train", "lr"]);
  if (node?.kind !== "map") return [];
  const isShortened = nodeAt(tree, ["train", "steps"])?.at.line === null;
  return [...node.entries].map(([key, { keyAt }]): Effect => {
    const [isUsed, why] = isCurve(lr)
      ? curveEffect(lr, key)
      : [isShortened || Number(stepText(key)) < steps, `training ends after ${steps} steps`];
    return { isUsed, problem: { ...keyAt, message: `train.lr.${key}: has no effect, ${why}` } };
  });
}

function curveEffect({ then, warmup }: RateCurve, key: string): readonly [boolean, string] {
  if (key === "from") return [warmup > 0, "there is no warm-up"];
  const isEnd = key === "to" || key === "steps";
  return [!isEnd || then !== "constant", "the rate stays as it is (then: constant)"];
}

function momentumEffects({ optimizer }: TrainSettings, tree: MapNode): Effect[] {
  const node = nodeAt(tree, ["train", "optimizer", "dampening"]);
  if (node === null || optimizer.name !== "sgd") return [];
  const isUsed = optimizer.momentum > 0 || optimizer.dampening === 0;
  const message = "train.optimizer.dampening: has no effect, there is no momentum";
  return [{ isUsed, problem: { ...node.at, message } }];
}

function stopEffects({ stop, steps }: TrainSettings, tree: MapNode): Effect[] {
  const { patience, every } = stop;
  const isMeasured = usesValidation(stop);
  const at = (name: string): Node | null => nodeAt(tree, ["train", "stop", name]);
  const checks: readonly (readonly [Node | null, boolean, string])[] = [
    [
      at("every"),
      isMeasured || every === STOP_EVERY,
      "train.stop.every: has no effect, there is no patience or target",
    ],
    [
      at("every") ?? at("patience") ?? at("target"),
      !isMeasured || every < steps,
      `train.stop: has no effect, the validation loss is measured every ${every} steps and training ends after ${steps}`,
    ],
    [
      at("patience"),
      patience === "none" || patience >= every,
      `train.stop.patience: acts as ${every}, the validation loss is measured every ${every} steps (train.stop.every)`,
    ],
  ];
  return checks.flatMap(([node, isUsed, message]) =>
    node === null ? [] : [{ isUsed, problem: { ...node.at, message } }],
  );
}
