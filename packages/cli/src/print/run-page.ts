import type { Parameter } from "@ablate/core";
import type {
  Provenance,
  RunSummary,
  StepRatios,
  StoredEvaluation,
  StoredSample,
} from "@ablate/store";
import { flatSettings } from "@ablate/store";
import { count, loss, right, table, UNKNOWN } from "@ablate/text";

/** What the page of a run shows. */
export type RunFacts = {
  readonly run: RunSummary;
  readonly note: string | null;
  readonly evaluations: readonly StoredEvaluation[];
  readonly parameters: readonly Parameter[];
  readonly ratios: StepRatios | undefined;
  readonly initialLoss: number | null;
  /** Loss and update:data ratios, drawn; empty before there are steps. */
  readonly charts: string;
  readonly samples: readonly StoredSample[];
  readonly provenance: Provenance;
};

/** Writes one run in full, a paragraph per section. */
export function runPage(facts: RunFacts): string {
  const sections = [head(facts), facts.charts.trimEnd(), evaluations(facts), ratios(facts)];
  return `${[...sections, samples(facts), settings(facts), provenance(facts)]
    .filter((section) => section !== "")
    .join("\n\n")}\n`;
}

function head({ run, note, initialLoss }: RunFacts): string {
  const reason = run.reason === null || run.state === "pending" ? "" : ` (${run.reason})`;
  const trained = run.lastStep === null ? 0 : run.lastStep + 1;
  const lines = [
    ["state", `${run.state}${reason}`],
    ["steps", `${count(trained)} of ${count(run.steps)}, ${count(run.stepsPerS)} a second`],
    ["parameters", count(run.parameters)],
    ["seed", String(run.seed)],
    ["engine", run.engine],
    ["started", run.startedAt ?? UNKNOWN],
    ["ended", run.endedAt ?? UNKNOWN],
    ["loss", `${loss(initialLoss)} at step 0, ${loss(run.loss)} over the last 100 steps`],
    ["hash", run.hash],
    ...(run.error === null ? [] : [["error", run.error]]),
    ...(run.tags.length === 0 ? [] : [["tags", run.tags.join(", ")]]),
    ...(note === null ? [] : [["note", note]]),
  ];
  return `${run.name}\n${pairs(lines)}`;
}

function evaluations({ evaluations: rows }: RunFacts): string {
  if (rows.length === 0) return "";
  const text = table(
    [right("  step"), "split", "statistics", right("loss")],
    rows
      .toSorted(bySplit)
      .map((row) => [count(row.step), row.split, row.statistics, loss(row.loss)]),
  );
  return `evaluations\n${text.trimEnd()}`;
}

/** Orders evaluations by step, by split in the order of use, then by statistics. */
function bySplit(a: StoredEvaluation, b: StoredEvaluation): number {
  const rank = ({ split }: StoredEvaluation): number => ["train", "valid", "test"].indexOf(split);
  return a.step - b.step || rank(a) - rank(b);
}

function ratios({ ratios: last, parameters }: RunFacts): string {
  if (last === undefined) return "";
  const text = table(
    ["  parameter", "shape", right("numbers"), right("log10 update:data")],
    last.ratios.map(({ param, log10Ratio }) => {
      const parameter = parameters.find(({ name }) => name === param);
      const ratio = log10Ratio === null ? UNKNOWN : log10Ratio.toFixed(2);
      const shape = parameter?.shape.join(" x ") ?? UNKNOWN;
      return [`  ${param}`, shape, count(parameter?.size), ratio];
    }),
  );
  return `parameters, update ratios of step ${count(last.step)} (about -3 is healthy)\n${text.trimEnd()}`;
}

function samples({ samples: rows }: RunFacts): string {
  if (rows.length === 0) return "";
  return `samples\n  ${rows.map(({ text }) => (text === "" ? '""' : text)).join(" ")}`;
}

function settings({ run }: RunFacts): string {
  return `config\n${pairs(flatSettings(JSON.parse(run.config)).map(({ key, text }) => [key, text]))}`;
}

function provenance({ provenance: facts }: RunFacts): string {
  const lines = Object.entries(facts).map(([key, value]) => [key, String(value ?? UNKNOWN)]);
  return lines.length === 0 ? "" : `provenance\n${pairs(lines)}`;
}

function pairs(lines: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...lines.map(([key = ""]) => key.length));
  const indent = " ".repeat(width + 4);
  return lines
    .map(
      ([key = "", value = ""]) =>
        `  ${key.padEnd(width)}  ${value.replaceAll("\n", `\n${indent}`)}`,
    )
    .join("\n");
}
