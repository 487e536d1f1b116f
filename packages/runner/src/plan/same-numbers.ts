/** Runs that differ only in values that neither of them makes use of: they train the same numbers. */
import { canonicalJson } from "../config/canonical-json.ts";
import type { InitConfig, LayerInitConfig, ModelConfig } from "../config/config.ts";
import type { PlannedRun } from "./planned.ts";

const UNUSED_IN_SOME = /^init\.(hidden|output)\.(bias|gamma|beta)$/;

/** Pairs of such runs, each run with the first that trains what it trains, and the keys in which they differ. */
export function sameNumbers(runs: readonly PlannedRun[]): SameNumbers[] {
  const keys = [...new Set(runs.flatMap(({ differs }) => Object.keys(differs)))].filter((key) =>
    UNUSED_IN_SOME.test(key),
  );
  if (keys.length === 0) return [];
  const firsts = new Map<string, PlannedRun>();
  return runs.flatMap((run) => {
    const { data, model, init, train, seed, engine } = run.resolved;
    const used = usedInit(model, init);
    const numbers = canonicalJson({ data, model, used, train, seed, engine });
    const first = firsts.get(numbers);
    if (first === undefined) {
      firsts.set(numbers, run);
      return [];
    }
    const unused = keys.filter(
      (key) => canonicalJson(run.differs[key]) !== canonicalJson(first.differs[key]),
    );
    return [{ first, second: run, unused }];
  });
}

export type SameNumbers = {
  readonly first: PlannedRun;
  readonly second: PlannedRun;
  readonly unused: readonly string[];
};

/** What is drawn for this model. */
function usedInit({ bias, batch_norm: norm }: ModelConfig, init: InitConfig): unknown {
  const of = (layer: LayerInitConfig, hasNorm: boolean): unknown => ({
    weight: layer.weight,
    ...(bias ? { bias: layer.bias } : {}),
    ...(hasNorm ? { gamma: layer.gamma, beta: layer.beta } : {}),
  });
  return {
    embedding: init.embedding,
    hidden: of(init.hidden, norm !== "none"),
    output: of(init.output, norm !== "none" && norm.where === "all"),
  };
}
