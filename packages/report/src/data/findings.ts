import type { ComparedRun, Finding, StoreReader } from "@ablate/store";
import type { GroupFinding } from "./group.ts";

const SERIOUSNESS: Readonly<Record<Finding["level"], number>> = { error: 2, warning: 1, info: 0 };

/** Groups the findings of runs by rule and place, the most serious first, then by step. */
export function findingsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): readonly GroupFinding[] {
  const byPlace = new Map<string, Finding[]>();
  for (const { name: run } of runs) {
    for (const finding of reader.findings(run)) {
      const key = JSON.stringify([finding.rule, finding.layer, finding.param]);
      byPlace.set(key, [...(byPlace.get(key) ?? []), finding]);
    }
  }
  return [...byPlace.values()]
    .flatMap((findings): readonly GroupFinding[] => {
      const [first] = findings;
      if (first === undefined) return [];
      const { rule, layer, param } = first;
      const level = findings.reduce(
        (most, one) => (SERIOUSNESS[one.level] > SERIOUSNESS[most] ? one.level : most),
        first.level,
      );
      return [{ level, rule, layer, param, findings }];
    })
    .sort((a, b) => SERIOUSNESS[b.level] - SERIOUSNESS[a.level] || sinceOf(a)[0] - sinceOf(b)[0]);
}

/** Returns the first and the last step since which a finding holds. */
export function sinceOf({ findings }: GroupFinding): readonly [number, number] {
  const steps = findings.map(({ step }) => step);
  return [Math.min(...steps), Math.max(...steps)];
}

export function byLevel(a: Finding["level"], b: Finding["level"]): number {
  return SERIOUSNESS[b] - SERIOUSNESS[a];
}
