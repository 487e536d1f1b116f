/** Checks what is recorded against what is trained. */
import { batchNormsOf, MOST_PROBE_EXAMPLES } from "@ablate/core";
import { count } from "@ablate/text";
import type { Problem } from "../config/config-error.ts";
import { usesValidation } from "../config/to-run-spec.ts";
import { nodeAt } from "../config/tree.ts";
import type { Network } from "./networks.ts";
import type { Sections } from "./sections.ts";

/** Returns what of `record` cannot be had of such a run. */
export function checkRecord({ plan }: Network, { record, train }: Sections): Problem[] {
  if (record.value === null || train.value === null) return [];
  const { best, evaluate, probes } = record.value;
  const problem = (path: readonly string[], message: string): Problem[] => {
    const at = nodeAt(record.tree, ["record", ...path])?.at ?? record.tree.at;
    return [{ ...at, message: `record.${path.join(".")}: ${message}` }];
  };
  const isMeasured = typeof evaluate !== "string" || usesValidation(train.value.stop);
  const examples = probes === "none" ? undefined : probes.examples;
  const { batch_size: batchSize } = train.value;
  const isSingle = examples === 1 && plan !== null;
  return [
    ...(best === true && !isMeasured
      ? problem(
          ["best"],
          "nothing is evaluated while a run trains; set record.evaluate: { every: STEPS }",
        )
      : []),
    ...(examples === "batch" && batchSize > MOST_PROBE_EXAMPLES
      ? problem(
          ["probes", "examples"],
          `a batch has ${count(batchSize)} examples, a probe at most ${MOST_PROBE_EXAMPLES}`,
        )
      : []),
    ...(isSingle && batchNormsOf(plan).some(({ positions }) => positions === 1)
      ? problem(["probes", "examples"], "batch norm needs at least 2")
      : []),
  ];
}
