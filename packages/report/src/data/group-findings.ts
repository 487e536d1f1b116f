import type { ComparedRun, Finding, StoreReader } from "@ablate/store";

/** What the same rule says of the same place in some of the runs. */
export type GroupFinding = Pick<Finding, "level" | "rule" | "layer" | "param"> & {
  /** One for each of those runs. */
  readonly findings: readonly Finding[];
  /** The first and the last step since which it holds. */
  readonly since: readonly [number, number];
};

const SERIOUSNESS: Readonly<Record<Finding["level"], number>> = { error: 2, warning: 1, info: 0 };

/** Groups the findings of runs by rule and place, the most serious first, then by step. */
export function findingsOf(
  reader: StoreReader,
  runs: readonly ComparedRun[],
): readonly GroupFinding[] {
  const all = runs.flatMap(({ name }) => reader.findings(name));
  const places = Map.groupBy(all, ({ rule, layer, param }) => JSON.stringify([rule, layer, param]));
  const found = [...places.values()].flatMap((findings): readonly GroupFinding[] => {
    const [worst] = findings.toSorted((a, b) => SERIOUSNESS[b.level] - SERIOUSNESS[a.level]);
    if (worst === undefined) return [];
    const { level, rule, layer, param } = worst;
    const steps = findings.map(({ step }) => step);
    return [
      { level, rule, layer, param, findings, since: [Math.min(...steps), Math.max(...steps)] },
    ];
  });
  return found.sort(bySeriousness);
}

/** Orders findings: the most serious first, then by step. */
export function bySeriousness(a: GroupFinding, b: GroupFinding): number {
  return SERIOUSNESS[b.level] - SERIOUSNESS[a.level] || a.since[0] - b.since[0];
}
