/** Checks values that are fine one by one: those that do not fit each other. */
import { batchNormsOf, isMatch, type Parameter } from "@ablate/core";
import { hint } from "@ablate/text";
import { type Problem, positionText } from "../config/config-error.ts";
import { type MapNode, nodeAt } from "../config/tree.ts";
import { checkMemory, checkNetwork } from "./check-network.ts";
import { checkRecord } from "./check-record.ts";
import type { Network, Networks } from "./networks.ts";
import type { Sections } from "./sections.ts";

/** Reports values that do not fit each other; says nothing where one of them is wrong by itself. */
export class TogetherCheck {
  readonly #networks: Networks;
  /** Groups that match no parameter of any run so far. */
  readonly #unmatched = new Map<string, Problem>();
  readonly #matched = new Set<string>();

  constructor(networks: Networks) {
    this.#networks = networks;
  }

  /** Returns what is wrong with one run. */
  problems(sections: Sections): Problem[] {
    const network = this.#networks.of(sections);
    if (network === null) return [];
    const { model, train } = sections;
    if (network.plan === null) return checkNetwork(network, model.tree);
    const { parameters } = network.plan;
    this.#matchGroups(parameters, train);
    return [
      ...(train.value === null ? [] : checkMemory(network.plan, model.tree, train.value)),
      ...checkBatchSize(network, train),
      ...checkL2(parameters, train.tree),
      ...checkRecord(network, sections),
    ];
  }

  /** Groups that match no parameter of any run: of the runs of a grid not all have a norm, say. */
  get unmatchedGroups(): Problem[] {
    return [...this.#unmatched]
      .filter(([place]) => !this.#matched.has(place))
      .map(([, problem]) => problem);
  }

  #matchGroups(parameters: readonly Parameter[], { value, tree }: Sections["train"]): void {
    for (const [i, { match }] of (value?.groups ?? []).entries()) {
      const node = nodeAt(tree, ["train", "groups", i, "match"]);
      if (node === null) continue;
      const place = positionText(node.at);
      if (parameters.some((one) => isMatch(match, one))) this.#matched.add(place);
      else {
        const names = parameters.map(({ name }) => name);
        const message = `train.groups[${i}].match: no parameter is ${match}${hint(match, names)}`;
        this.#unmatched.set(place, { ...node.at, message });
      }
    }
  }
}

function checkBatchSize({ plan }: Network, { value, tree }: Sections["train"]): Problem[] {
  const batchSize = nodeAt(tree, ["train", "batch_size"]);
  if (batchSize === null || value?.batch_size !== 1 || plan === null) return [];
  // Over several positions there are several rows of one example.
  if (batchNormsOf(plan).every(({ positions }) => positions > 1)) return [];
  const message = "batch norm needs at least 2: there is no unbiased variance of 1 example";
  return [{ ...batchSize.at, message: `train.batch_size: ${message}` }];
}

function checkL2(parameters: readonly Parameter[], tree: MapNode): Problem[] {
  const l2 = nodeAt(tree, ["train", "l2"]);
  if (l2?.kind !== "map") return [];
  const names = parameters.map(({ name }) => name);
  return [...l2.entries]
    .filter(([name]) => !names.includes(name))
    .map(([name, { keyAt }]) => ({
      ...keyAt,
      message: `train.l2.${name}: no such parameter${hint(name, names)}`,
    }));
}
