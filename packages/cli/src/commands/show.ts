import {
  flatSettings,
  type RunSummary,
  revisionText,
  runRow,
  type StoredEvaluation,
  type StoreReader,
  setting,
  storedMap,
} from "@ablate/store";
import {
  ALL_DIGITS,
  asLine,
  count,
  loss,
  right,
  shortNumber,
  table,
  UNKNOWN,
  visible,
} from "@ablate/text";
import { drawRunCharts } from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { verdict } from "../print/findings.ts";
import { jsonArray } from "../print/rows.ts";
import { storePath, withReader } from "../store/open.ts";
import { findWholeRun } from "../store/resolve.ts";
import { display } from "./ui.ts";

export const command: Command = {
  about:
    "Prints one run in full: settings, charts, losses of every split, update:data ratios with a verdict, findings, samples, and where it was trained. RUN is a name, a label, a hash, or the beginning of one.",
  options: READING_OPTIONS,
  examples: [
    ["ablate show quickstart/v7", "state, settings, losses, update ratios, samples, provenance"],
    ["ablate show v7 --json", "the same for scripts; a label will do where only one run has it"],
  ],
  see: ["docs/json.md", "docs/diagnostics.md", "ablate diagnose"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const [word = ""] = flags.positionals;
    const facts = withReader(invocation, (reader) =>
      factsOf(findWholeRun(reader, word, { endsOnly: true }), reader),
    );
    const isJson = flags.has("json");
    terminal.write(
      isJson ? jsonArray([record(facts)]) : runPage(facts, chartsOf(invocation, facts)),
    );
    return 0;
  },
};

type RunFacts = ReturnType<typeof factsOf>;

function factsOf(run: RunSummary, reader: StoreReader) {
  const { name } = run;
  return {
    run,
    note: reader.annotations().runs.get(name)?.note ?? null,
    evaluations: reader.evaluations(name),
    parameters: reader.parameters(name),
    ratios: lastRatios(run, reader),
    initialLoss: reader.lossAt(name, 0)?.loss ?? null,
    metrics: reader.metrics(name),
    best: reader.bestWeights(name) ?? null,
    samples: reader.samples(name),
    provenance: reader.provenance(name),
    digestMade: reader.checks.madeOf(name),
    revisions: reader.revisions(name),
    findings: reader.thresholds(name) === undefined ? null : reader.findings(name),
    logFiles: run.source === null ? [] : reader.logFiles(name),
    hasSteps: run.lastStep !== null && reader.steps(name, run.lastStep, 1).count > 0,
  };
}

/** Reads the last update ratios: a recorder need not have them at every step. */
function lastRatios({ name, source, lastStep }: RunSummary, reader: StoreReader) {
  const last = reader.ratiosAt(name);
  if (source === null || last === undefined || lastStep === null) return last;
  const isEmpty = ({ ratios }: typeof last) => ratios.every(({ ratio }) => ratio === null);
  if (!isEmpty(last)) return last;
  const { ratios_every: every } = reader.provenance(name);
  const step = typeof every === "number" && every > 0 ? lastStep - (lastStep % every) : lastStep;
  return reader.ratiosAt(name, step) ?? last;
}

function record({ run, note, evaluations, parameters, ratios, ...facts }: RunFacts): object {
  const { metrics, best, samples, provenance } = facts;
  return {
    ...runRow(run),
    note,
    evals: evaluations,
    params: parameters.map(({ layerKind, ...rest }) => ({ ...rest, layer_kind: layerKind })),
    update_ratio: (ratios?.ratios ?? []).map(({ param, ratio, log10Ratio }) => ({
      step: ratios?.step,
      param,
      ratio,
      log10_ratio: log10Ratio,
    })),
    metric_summary: metrics,
    best_weights_step: best?.step ?? null,
    samples,
    provenance,
    log_files: run.source === null ? null : facts.logFiles,
  };
}

const NARROWEST = 40;
const WIDEST = 120;

/** Draws loss and update:data ratios; empty before there are steps. */
function chartsOf(invocation: Invocation, { run: { name: run, lastStep } }: RunFacts): string {
  if (lastStep === null) return "";
  const { columns } = process.stdout;
  return drawRunCharts({
    store: storePath(invocation),
    run,
    columns: Math.min(WIDEST, Math.max(NARROWEST, columns ?? 100)),
    ...display(invocation),
  });
}

/** Writes one run in full, a paragraph per section. */
function runPage(facts: RunFacts, charts: string): string {
  const { run, provenance } = facts;
  const settings = flatSettings(storedMap(run.config, "config"), run.source).map(
    ({ key, value }) => [key === "" ? '""' : key, setting(value, ALL_DIGITS)],
  );
  const origin = Object.entries(provenance).map(([key, value]) => [key, String(value ?? UNKNOWN)]);
  const sections = [
    head(facts),
    charts.trimEnd(),
    evaluations(facts),
    ratios(facts),
    metrics(facts),
    samples(facts),
    settings.length === 0 ? "" : `config\n${pairs(settings)}`,
    origin.length === 0 ? "" : `provenance\n${pairs(origin)}`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function head(facts: RunFacts): string {
  const { run, note, findings, best } = facts;
  const reason = run.reason === null || run.state === "pending" ? "" : ` (${run.reason})`;
  const lines = [
    ["state", `${run.state}${reason}`],
    ["steps", stepsText(facts)],
    ...(run.source !== null && facts.parameters.length === 0
      ? []
      : [["parameters", count(run.parameters)]]),
    ["seed", run.seed === null ? "unknown" : String(run.seed)],
    [
      "engine",
      [run.engine, revisionText(facts.revisions)].filter((text) => text !== "").join(", "),
    ],
    ...(run.source === null ? [] : [["log", logText(run.source, facts.logFiles)]]),
    ["started", run.startedAt ?? UNKNOWN],
    ["ended", run.endedAt ?? UNKNOWN],
    ...lossLine(facts),
    ...(best === null
      ? []
      : [
          [
            "best",
            `validation loss ${loss(best.validLoss)} at step ${count(best.step)}, kept (--best)`,
          ],
        ]),
    ...(findings === null ? [] : [["verdict", verdict(findings, run.state)]]),
    ["hash", run.hash],
    ...digestLine(run, facts.digestMade),
    ...(run.error === null ? [] : [["error", run.error]]),
    ...(run.tags.length === 0 ? [] : [["tags", run.tags.join(", ")]]),
    ...(note === null ? [] : [["note", note]]),
  ];
  return `${asLine(run.name)}${pairs(lines)}`;
}

const ENDED: readonly string[] = ["finished", "failed", "stopped"];

/** Says how far a run is; of metrics alone up to which step, and nothing of an end that its log does not say. */
function stepsText({ run, hasSteps }: RunFacts): string {
  const { lastStep, steps, stepsPerS, state, source } = run;
  const rate = stepsPerS === null && source !== null ? "" : `, ${count(stepsPerS)} a second`;
  if (source !== null && !hasSteps && lastStep !== null) {
    return `up to step ${count(lastStep)}${steps === null ? "" : ` of ${count(steps)}`}, metrics alone`;
  }
  const made = count(lastStep === null ? 0 : lastStep + 1);
  if (steps !== null) return `${made} of ${count(steps)}${rate}`;
  return `${made}${ENDED.includes(state) ? "" : ", end open"}${rate}`;
}

function logText(source: string, files: readonly string[]): string {
  return files.length === 0 ? source : `${source}: ${files.map(visible).join(", ")}`;
}

/** Says the first and the last loss, where there is one; metrics that are called so have a table of their own. */
function lossLine({ run, initialLoss, hasSteps }: RunFacts): readonly (readonly string[])[] {
  if (run.source !== null && initialLoss === null && run.loss === null) return [];
  const last = hasSteps || run.source === null ? "over the last 100 steps" : "at the end";
  return [["loss", `${loss(initialLoss)} at step 0, ${loss(run.loss)} ${last}`]];
}

/** Says where the digest of a run is not one that was made at its end; nothing of one that is in training. */
function digestLine({ state }: RunSummary, made: string | null): readonly (readonly string[])[] {
  if (made === "migration") return [["digest", "made when the store was migrated, not at its end"]];
  if (made === "refused") return [["digest", "none: it did not pass the checks of the migration"]];
  return made === null && state !== "running" ? [["digest", "none"]] : [];
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

function ratios({ run, ratios: last, parameters, provenance }: RunFacts): string {
  if (parameters.length === 0 || (last === undefined && run.source === null)) return "";
  const known = new Map(last?.ratios.map(({ param, log10Ratio }) => [param, log10Ratio]));
  const hasRatios = run.source === null || typeof provenance.ratios === "string";
  const text = table(
    [
      ...["  parameter", "shape", right("numbers")],
      ...(hasRatios ? [right("log10 update:data")] : []),
    ],
    parameters.map(({ name, shape, size }) => {
      const ratio = known.get(name)?.toFixed(2) ?? UNKNOWN;
      return [`  ${visible(name)}`, shape.join(" x "), count(size), ...(hasRatios ? [ratio] : [])];
    }),
  );
  const by = run.source === null ? "" : ` by ${provenance.ratios}`;
  const title =
    hasRatios && last !== undefined
      ? `parameters, update ratios${by} of step ${count(last.step)} (about -3 is healthy)`
      : "parameters";
  const { untrained } = provenance;
  const others =
    run.source !== null && untrained ? `\n  not trained: ${visible(`${untrained}`)}` : "";
  return `${title}\n${text.trimEnd()}${others}`;
}

/** Which numbers of a metric are better, by its goal. */
const BETTER: Readonly<Record<string, string>> = { min: "lower", max: "higher" };

/** Tables what the run has recorded by names of its own, each number with its step. */
function metrics({ metrics: rows }: RunFacts): string {
  if (rows.length === 0) return "";
  const at = (value: number | null, step: number | null) =>
    [value === null ? UNKNOWN : shortNumber(value, 4), step === null ? "" : count(step)] as const;
  const heads = ["last", "min", "max"].flatMap((title) => [title, "at step"]);
  const haveGoals = rows.some(({ goal }) => goal !== null);
  const haveUnits = rows.some(({ unit }) => unit !== null);
  const text = table(
    [
      "  metric",
      ...(haveUnits ? ["unit"] : []),
      ...(haveGoals ? ["better"] : []),
      ...["numbers", ...heads].map(right),
    ],
    rows.map((row) => [
      `  ${visible(row.name)}`,
      ...(haveUnits ? [visible(row.unit ?? "")] : []),
      ...(haveGoals ? [BETTER[row.goal ?? ""] ?? ""] : []),
      count(row.points),
      ...at(row.last, row.last_step),
      ...at(row.min, row.min_step),
      ...at(row.max, row.max_step),
    ]),
  );
  return `metrics\n${text.trimEnd()}`;
}

function samples({ samples: rows }: RunFacts): string {
  if (rows.length === 0) return "";
  return `samples\n  ${rows.map(({ text }) => (text === "" ? '""' : visible(text))).join(" ")}`;
}

function pairs(lines: readonly (readonly string[])[]): string {
  const width = Math.max(0, ...lines.map(([key = ""]) => key.length));
  const indent = " ".repeat(width + 4);
  return lines
    .map(
      ([key = "", value = ""]) =>
        `  ${visible(key).padEnd(width)}  ${value.replaceAll("\n", `\n${indent}`)}`,
    )
    .join("\n");
}
