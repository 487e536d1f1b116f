import { isRule } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import type { RunSummary, StoreReader } from "@ablate/store";

/** Makes what says what the rules have found in a run, where that is news. */
export function findingsTeller(reader: StoreReader): (row: RunSummary) => GridEvent[] {
  const told = new Map<string, string>();
  return ({ name: run, startedAt, lastStep }) => {
    if (reader.thresholds(run) === undefined) return [];
    const findings = reader
      .findings(run)
      .flatMap(({ rule, ...finding }) => (isRule(rule) ? [{ ...finding, rule }] : []));
    // The rules have their first look before the first step.
    if (findings.length === 0 && lastStep === null) return [];
    const news = JSON.stringify([startedAt, findings]);
    if (told.get(run) === news) return [];
    told.set(run, news);
    return [{ event: "findings", run, step: (lastStep ?? -1) + 1, findings }];
  };
}
