/** Words for units where the nonlinearity is flat: those of tanh are saturated, those of relu are 0. */
import type { ReportFacts } from "../data/facts.ts";

export type FlatWord = "saturated" | "inactive" | "flat";

/** Returns the word for flat units of these runs: half of the units of relu are 0 by design, not saturated. */
export function flatWord({ runs }: Pick<ReportFacts, "runs">): FlatWord {
  const kinds = valuesOf(runs, "model.activation");
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) return "flat";
  return kind === "relu" ? "inactive" : "saturated";
}

/** Says in the words of its kind when a nonlinearity is flat. */
export function flatText({ runs }: Pick<ReportFacts, "runs">): string {
  const [threshold = "0.99", another] = valuesOf(runs, "record.probes.saturated");
  const texts: ReadonlyMap<string, string> = new Map([
    [
      "tanh",
      another === undefined ? `|tanh| > ${threshold}` : "tanh beyond the threshold of its run",
    ],
    ["relu", "relu is 0, as about half are by design"],
  ]);
  const said = valuesOf(runs, "model.activation").flatMap((kind) => texts.get(kind) ?? []);
  return said.length === 0 ? "the nonlinearity lets hardly any gradient pass" : said.join("; ");
}

/** Lists the values that runs have of a setting. */
function valuesOf(runs: ReportFacts["runs"], key: string): readonly string[] {
  const texts = runs.flatMap(({ settings }) => settings.find((one) => one.key === key)?.text ?? []);
  return [...new Set(texts)];
}
