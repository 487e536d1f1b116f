/** Refuses networks that cannot be built or do not fit into memory, at the place of the config that says so. */
import { keptStates, linearModules, type ModelSpec, type NetworkPlan } from "@ablate/core";
import { count } from "@ablate/text";
import type { Problem } from "../config/config-error.ts";
import { layerList } from "../config/layers-schema.ts";
import { optimizerSpec } from "../config/optimizer-schema.ts";
import type { TrainSettings } from "../config/train-schema.ts";
import { type MapNode, type Node, nodeAt, toValue } from "../config/tree.ts";
import { type Network, planned } from "./networks.ts";

/** Says why a network cannot be built. */
export function checkNetwork({ model, why }: Network, tree: MapNode): Problem[] {
  if (why === null) return [];
  const tie = nodeAt(tree, ["model", "tie"]);
  if (tie !== null && model.tie && planned({ ...model, tie: false }).why === null) {
    return [{ ...tie.at, message: `model.tie: ${why}` }];
  }
  const list = nodeAt(tree, ["model", "layers"]);
  const index = list === null ? null : entryOf(list, model, why);
  const entry = index === null ? null : nodeAt(tree, ["model", "layers", index]);
  const key = index === null ? "model.layers" : `model.layers[${index}]`;
  return [{ ...(entry ?? list ?? tree).at, message: `${key}: ${why}` }];
}

/** The first entry of a list with which its network cannot be built; null: it is the end of it. */
function entryOf(list: Node, model: ModelSpec, why: string): number | null {
  if (list.kind !== "list") return null;
  let layers = 0;
  for (const [index, item] of list.items.entries()) {
    layers += layerList.safeParse([toValue(item)]).data?.length ?? 0;
    const begun = { ...model, layers: model.layers.slice(0, layers) };
    if (planned(begun).why === why) return index;
  }
  return null;
}

/** Bytes that an engine can address. */
const MOST_BYTES = 2 ** 32;
const FLOAT_BYTES = 4;

/** Says what does not fit into the memory of an engine. */
export function checkMemory(plan: NetworkPlan, tree: MapNode, train: TrainSettings): Problem[] {
  const { at } = nodeAt(tree, ["model", "hidden"]) ?? nodeAt(tree, ["model", "layers"]) ?? tree;
  const key = nodeAt(tree, ["model", "layers"]) === null ? "model.hidden" : "model.layers";
  const say = (what: string): Problem[] => [
    { ...at, message: `${key}: ${what} do not fit into 4 GiB of memory` },
  ];
  const weights = plan.parameters.reduce((sum, { size }) => sum + size, 0);
  const weightBytes = weights * FLOAT_BYTES;
  // Values and gradients.
  if (2 * weightBytes > MOST_BYTES) return say(`${count(weights)} weights`);
  const states = keptStates(optimizerSpec(train.optimizer)).length;
  if ((2 + states) * weightBytes > MOST_BYTES) {
    return say(`${count(weights)} weights with what ${train.optimizer.name} keeps of each`);
  }
  const units = linearModules(plan).reduce(
    (sum, { width, positions }) => sum + width * positions,
    0,
  );
  const activations = units * train.batch_size;
  if (activations * FLOAT_BYTES > MOST_BYTES) {
    return say(`${count(activations)} activations of a batch`);
  }
  return [];
}
