/** How much one factor does at each value of another: as a section below the tables, and for programs. */
import {
  type ComparedRun,
  type Factor,
  isLost,
  lostText,
  type Sensitivity,
  type SensitivityValue,
  sensitivityNames,
  sensitivityWords,
  settingOf,
} from "@ablate/store";
import { shortNumber, signed, UNKNOWN } from "@ablate/text";
import { exactTexts } from "./records.ts";
import { LOST, number, type Section, shareText } from "./sections.ts";

type Value = SensitivityValue<ComparedRun>;

/** Tables the spread at each value, and says in sentences whether it differs. */
export function sensitivitySection(found: Sensitivity<ComparedRun>): Section {
  const { metric, by, within, values, seeds } = found;
  const names = sensitivityNames(found);
  const areLost = values.some(({ lost }) => lost > 0);
  const text = (value: number | null): string => {
    if (value === null) return UNKNOWN;
    if (metric.unit !== null) return signed(value, metric.unit === "nats" ? 4 : 0);
    return shortNumber(value, 4).replace("-", "−");
  };
  const plain = (value: number | null): string => text(value).replace("+", "");
  const columns = [
    { title: names.within },
    number("spread"),
    ...["95 % interval", "lowest with", "highest with"].map((title) => ({ title, isWhole: true })),
    number("seeds"),
    ...(areLost ? [LOST] : []),
  ];
  return {
    title: `${metric.title}: sensitivity to ${by.keys.join(" + ")}, within ${within.keys.join(" + ")}`,
    isRuled: true,
    columns: values.length === 0 ? [] : columns,
    rows: values.map(({ runs, spread, lowest, highest }) => [
      names.withinText(runs[0]),
      plain(spread.mean),
      spread.low === null ? "" : `${text(spread.low)} … ${text(spread.high)}`,
      names.byText(lowest),
      names.byText(highest),
      shareText(seeds.n, seeds.of),
      ...(areLost ? [lostText(runs, metric)] : []),
    ]),
    notes: sensitivityWords(found),
  };
}

/** Makes one record for each value, after those of rows and effects. */
export function sensitivityRecords(
  found: Sensitivity<ComparedRun>,
): readonly Readonly<Record<string, unknown>>[] {
  const sentences = sensitivityWords(found);
  return found.values.map((one) => ({
    kind: "sensitivity",
    metric: found.metric.name,
    factor: found.by.name,
    ...spreadFields(found, one),
    sentences,
    within: Object.fromEntries(
      found.within.keys.map((key) => [key, settingOf(one.runs[0], key)?.value ?? null]),
    ),
  }));
}

function spreadFields(found: Sensitivity<ComparedRun>, one: Value) {
  const { metric, by, seeds, cells } = found;
  const { runs, spread, lowest, highest, difference } = one;
  return {
    spread: spread.mean,
    spread_low: spread.low,
    spread_high: spread.high,
    lowest: valueText(lowest, by),
    highest: valueText(highest, by),
    of: runs.length,
    lost: runs.filter((run) => isLost(run, metric)).length,
    paired_seeds: seeds.n,
    cells: cells.n,
    baseline: difference === null,
    difference: difference?.spread.mean ?? null,
    low: difference?.spread.low ?? null,
    high: difference?.spread.high ?? null,
    verdict: difference?.spread.verdict ?? null,
    ratio: difference?.ratio?.mean ?? null,
    ratio_low: difference?.ratio?.low ?? null,
    ratio_high: difference?.ratio?.high ?? null,
    interaction: difference?.interaction.mean ?? null,
    interaction_low: difference?.interaction.low ?? null,
    interaction_high: difference?.interaction.high ?? null,
    interaction_verdict: difference?.interaction.verdict ?? null,
  };
}

function valueText(run: ComparedRun, { keys }: Factor): string {
  return exactTexts(keys.map((key) => settingOf(run, key)));
}

const OF_SPREAD = [
  ["spread", "spread"],
  ["spread_low", "spread_low"],
  ["spread_high", "spread_high"],
  ["spread_seeds", "paired_seeds"],
  ["spread_difference", "difference"],
  ["spread_difference_low", "low"],
  ["spread_difference_high", "high"],
  ["spread_ratio", "ratio"],
  ["spread_verdict", "verdict"],
] as const;

/** Makes the last columns of CSV: the spread at the value that a line is within. */
export function sensitivityFields(
  found: Sensitivity<ComparedRun>,
  { key, field }: { readonly key: string; readonly field: string | number | null },
): { readonly columns: readonly string[]; readonly fields: readonly unknown[] } {
  const own = found.values.find(({ runs: [run] }) => {
    const setting = settingOf(run, key);
    return (
      (setting === undefined ? null : exactTexts([setting])) ===
      (field === null ? null : String(field))
    );
  });
  const fields = own === undefined ? null : spreadFields(found, own);
  return {
    columns: OF_SPREAD.map(([suffix]) => `${found.metric.name}_${suffix}`),
    fields: OF_SPREAD.map(([, name]) => fields?.[name] ?? null),
  };
}
