import { isRule } from "@ablate/core";
import type { GridEvent } from "@ablate/runner";
import type { RunSummary, StoreReader } from "@ablate/store";

/** Makes what says what the rules have found in a run, where that is news. */
export function findingsTeller(reader: StoreReader): (row: RunSummary) => GridEvent[] {
  const told = new Map<string, string>();
  return ({ run, started_at, last_step }) => {
    if (reader.thresholds(run) === undefined) return [];
    const findings = reader
      .findings(run)
      .flatMap(({ rule, ...finding }) => (isRule(rule) ? [{ ...finding, rule }] : []));
    // The rules have their first look before the first step.
    if (findings.length === 0 && last_step === null) return [];
    const news = JSON.stringify([started_at, findings]);
    if (told.get(run) === news) return [];
    told.set(run, news);
    return [{ event: "findings", run, step: (last_step ?? -1) + 1, findings }];
  };
}
