/** One run in full, for people. */
import { headline } from "@ablate/core";
import {
  byCause,
  flatSettings,
  type RunSummary,
  revisionText,
  type StoredEvaluation,
  setting,
  storedMap,
  worstOf,
} from "@ablate/store";
import {
  ALL_DIGITS,
  count,
  fittedTable,
  loss,
  right,
  shortNumber,
  toSecond,
  UNKNOWN,
  visible,
  widthOf,
  wrapText,
  wrapWords,
} from "@ablate/text";
import type { Paint, Style } from "../command-line/terminal.ts";
import type { RunFacts } from "../store/run-facts.ts";
import { causeText, LEVELS, sinceWords, verdict } from "./findings.ts";
import { LEVEL_STYLES, SIGNS, stateStyle, tableStyle } from "./styles.ts";

type Look = {
  readonly paint: Paint;
  /** Cells across; null: any number. */
  readonly width: number | null;
};

/** Writes one run in full, what is wrong with it first, a paragraph per section. */
export function runPage(facts: RunFacts, charts: string, look: Look): string {
  const { provenance } = facts;
  const origin = Object.entries(provenance).filter(([, value]) => value !== null);
  const sections = [
    `${look.paint("bold", visible(facts.run.name))}\n${troubles(facts, look)}${head(facts, look)}`,
    charts.trimEnd(),
    evaluations(facts, look),
    ratios(facts, look),
    metrics(facts, look),
    samples(facts, look),
    printed(facts, look),
    config(facts, look),
    origin.length === 0
      ? ""
      : `${look.paint("bold", "provenance")}\n${pairs(
          origin.map(([key, value]) => [key, String(value)]),
          look,
        )}`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Says what the rules find, a line for each cause, the most serious first; empty where nothing is wrong. */
function troubles({ run, findings }: RunFacts, { paint, width }: Look): string {
  const serious = byCause(findings ?? []).filter((one) => worstOf(one) > 0);
  if (serious.length === 0) return "";
  const lines = serious.map((cause) => {
    const level = LEVELS[2 - worstOf(cause)] ?? cause.finding.level;
    const { step, until, message } = cause.finding;
    const said = `${causeText(cause)}${sinceWords({ since: [step, step], until, message: headline({ message }) })}`;
    const room = Math.max(NARROWEST, (width ?? Number.POSITIVE_INFINITY) - 4);
    const text = wrapText(visible(said), room).join("\n    ");
    return `  ${paint(LEVEL_STYLES[level], SIGNS[level])} ${text}\n`;
  });
  return `${lines.join("")}${paint("dim", `  \`ablate diagnose ${visible(run.name)}\` has the evidence`)}\n\n`;
}

/** Lists the config: first what differs in its grid, then what all runs of it share. */
function config({ run, differing }: RunFacts, look: Look): string {
  const settings = flatSettings(storedMap(run.config, "config"), run.source);
  if (settings.length === 0) return "";
  const differs = (key: string): boolean => differing.includes(key);
  const ordered = settings.toSorted((a, b) => Number(differs(b.key)) - Number(differs(a.key)));
  const own = settings.filter(({ key }) => differs(key)).length;
  const lines = ordered.map(({ key, value }) => [
    key === "" ? '""' : key,
    setting(value, ALL_DIGITS),
  ]);
  const styleOf = (row: number): Style | null => (own === 0 ? null : row < own ? "bold" : "dim");
  const note = own === 0 ? "" : ": what differs in its grid first";
  return `${look.paint("bold", `config${note}`)}\n${pairs(lines, look, styleOf)}`;
}

function head(facts: RunFacts, look: Look): string {
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
    ...(facts.place === "" ? [] : [["machine", facts.place]]),
    ["started", timeText(run.startedAt)],
    ["ended", timeText(run.endedAt)],
    ...lossLine(facts),
    ...(best === null
      ? []
      : [
          [
            "best",
            `validation loss ${loss(best.validLoss)} at step ${count(best.step)}, kept (--best)`,
          ],
        ]),
    ...(findings === null || isSick(findings) ? [] : [["verdict", verdict(findings, run.state)]]),
    ["hash", run.hash],
    ...digestLine(run, facts.digestMade),
    ...(run.error === null ? [] : [["error", run.error]]),
    ...(run.tags.length === 0 ? [] : [["tags", run.tags.join(", ")]]),
    ...(note === null ? [] : [["note", note]]),
  ];
  return pairs(lines, look, (row) => (row === 0 ? stateStyle(run.state) : null));
}

function isSick(findings: NonNullable<RunFacts["findings"]>): boolean {
  return byCause(findings).some((one) => worstOf(one) > 0);
}

/** Writes a time of the store to the second: `2026-11-28 23:31:43 UTC`. */
function timeText(time: string | null): string {
  return time === null ? UNKNOWN : `${toSecond(time)} UTC`;
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
  const first = run.source === null ? "of the first batch" : "at step 0";
  return [["loss", `${loss(initialLoss)} ${first}, ${loss(run.loss)} ${last}`]];
}

/** Says where the digest of a run is not one that was made at its end; nothing of one that is in training. */
function digestLine({ state }: RunSummary, made: string | null): readonly (readonly string[])[] {
  if (made === "migration") return [["digest", "made when the store was migrated, not at its end"]];
  if (made === "refused") return [["digest", "none: it did not pass the checks of the migration"]];
  return made === null && state !== "running" ? [["digest", "none"]] : [];
}

function evaluations({ evaluations: rows }: RunFacts, look: Look): string {
  if (rows.length === 0) return "";
  const text = fittedTable(
    [right("  step"), "split", "statistics", right("loss")],
    rows
      .toSorted(bySplit)
      .map((row) => [count(row.step), row.split, row.statistics, loss(row.loss)]),
    look.width,
    tableStyle(look.paint),
  );
  return `${look.paint("bold", "evaluations")}\n${text.trimEnd()}`;
}

/** Orders evaluations by step, by split in the order of use, then by statistics. */
function bySplit(a: StoredEvaluation, b: StoredEvaluation): number {
  const rank = ({ split }: StoredEvaluation): number => ["train", "valid", "test"].indexOf(split);
  return a.step - b.step || rank(a) - rank(b);
}

function ratios({ run, ratios: last, parameters, provenance }: RunFacts, look: Look): string {
  if (parameters.length === 0 || (last === undefined && run.source === null)) return "";
  const known = new Map(last?.ratios.map(({ param, log10Ratio }) => [param, log10Ratio]));
  const hasRatios = run.source === null || typeof provenance.ratios === "string";
  const text = fittedTable(
    [
      ...["  parameter", "shape", right("numbers")],
      ...(hasRatios ? [right("log10 update:data")] : []),
    ],
    parameters.map(({ name, shape, size }) => {
      const ratio = known.get(name)?.toFixed(2).replace("-", "−") ?? UNKNOWN;
      return [`  ${visible(name)}`, shape.join(" x "), count(size), ...(hasRatios ? [ratio] : [])];
    }),
    look.width,
    tableStyle(look.paint),
  );
  const by = run.source === null ? "" : ` by ${provenance.ratios}`;
  const title =
    hasRatios && last !== undefined
      ? `parameters, update ratios${by} of the single step ${count(last.step)} (about −3 is healthy; charts show medians)`
      : "parameters";
  const { untrained } = provenance;
  const others =
    run.source !== null && untrained ? `\n  not trained: ${visible(`${untrained}`)}` : "";
  const heads = wrapText(visible(title), look.width ?? Number.POSITIVE_INFINITY);
  return `${heads.map((line) => `${look.paint("bold", line)}\n`).join("")}${text.trimEnd()}${others}`;
}

/** Which numbers of a metric are better, by its goal. */
const BETTER: Readonly<Record<string, string>> = { min: "lower", max: "higher" };

/** Tables what the run has recorded by names of its own, each number with its step. */
function metrics({ metrics: rows }: RunFacts, look: Look): string {
  if (rows.length === 0) return "";
  const at = (value: number | null, step: number | null) =>
    [value === null ? UNKNOWN : shortNumber(value, 4), step === null ? "" : count(step)] as const;
  const heads = ["last", "min", "max"].flatMap((title) => [title, "at step"]);
  const haveGoals = rows.some(({ goal }) => goal !== null);
  const haveUnits = rows.some(({ unit }) => unit !== null);
  const text = fittedTable(
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
    look.width,
    tableStyle(look.paint),
  );
  return `${look.paint("bold", "metrics")}\n${text.trimEnd()}`;
}

function samples({ samples: rows }: RunFacts, look: Look): string {
  if (rows.length === 0) return "";
  const texts = rows.map(({ text }) => (text === "" ? '""' : visible(text)));
  const room = look.width === null ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, look.width - 2);
  const lines = wrapWords(texts, room).map((line) => `  ${line}`);
  return `${look.paint("bold", "samples")}\n${lines.join("\n")}`;
}

/** Lines of a run's console that its page shows; `--json` has all that are kept. */
const CONSOLE_LINES = 12;

function printed({ console: lines }: RunFacts, look: Look): string {
  if (lines.length === 0) return "";
  const shown = lines.slice(-CONSOLE_LINES);
  const all = (lines.at(-1)?.line ?? -1) + 1;
  const head =
    all > shown.length ? `console, the last ${shown.length} of ${count(all)} lines` : "console";
  const texts = shown.map(({ text }) => `  ${visible(text)}`.trimEnd());
  return `${look.paint("bold", head)}\n${texts.join("\n")}`;
}

/** Writes keys with their values; what is too long for its line goes on below its beginning. */
function pairs(
  lines: readonly (readonly string[])[],
  { paint, width }: Look,
  styleOf: (row: number) => Style | null = () => null,
): string {
  const taken = Math.max(0, ...lines.map(([key = ""]) => widthOf(visible(key))));
  const indent = " ".repeat(taken + 4);
  const room = width === null ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, width - taken - 4);
  return lines
    .map(([key = "", value = ""], row) => {
      const style = styleOf(row);
      const styled = (text: string): string => (style === null ? text : paint(style, text));
      const name = visible(key);
      const broken = value
        .split("\n")
        .flatMap((one) => (widthOf(one) <= room ? [one] : wrapText(one, room)));
      const padding = " ".repeat(taken - widthOf(name));
      return `  ${styled(name)}${padding}  ${broken.map(styled).join(`\n${indent}`)}`;
    })
    .join("\n");
}

/** Text is not broken into narrower lines than this. */
const NARROWEST = 20;
