import {
  type ComparedRun,
  comparedRuns,
  compareRuns,
  exactSetting,
  factorOf,
  importanceOf,
  METRICS,
  type Metric,
  type RunSummary,
  recordedMetrics,
  type Sensitivity,
  type Setting,
  type StoreReader,
  sensitivityOf,
  settingOf,
  settingTexts,
  usualMetric,
} from "@ablate/store";
import { ALL_DIGITS, didYouMean, readNumber, shellWord } from "@ablate/text";
import { asCalled } from "../command-line/called.ts";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import {
  ALL_OPTION,
  FORMAT_OPTION,
  ONLY_OPTION,
  READING_OPTIONS,
  rowFormat,
} from "../command-line/options.ts";
import { COMPARISON_FORMATS } from "../print/compare/formats.ts";
import { IMPORTANCE_FORMATS } from "../print/compare/importance.ts";
import type { ComparedPart } from "../print/compare/part.ts";
import { isOfPaper, type RowFormat } from "../print/rows.ts";
import { configKey } from "../store/config-key.ts";
import { withReader } from "../store/open.ts";
import { findRuns, scopeOf, selectedRuns } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Lists runs in one table: settings that differ, results, and how many runs diverged or failed; the best row that lost no run is marked. Runs that differ only in their seed are one row, with mean and spread. The effects of each factor are paired by seed over the cells that have both values, with a confidence interval, or with a note that there are too few seeds.",
  options: {
    ...READING_OPTIONS,
    only: ONLY_OPTION,
    ...ALL_OPTION,
    metric: {
      multiple: true,
      value: "NAME",
      choices: METRICS.map(({ name }) => name),
      help: "valid_loss (default), train_loss, test_loss, best_valid_loss, loss, steps_per_s, or a recorded metric: gradient_norm, accuracy",
    },
    by: { value: "KEY", help: "one row for each value of this key of the config" },
    within: {
      value: "KEY",
      help: "with --by: the same for each value of this key by itself, and whether it changes what the other does",
    },
    baseline: {
      value: "RUN|VALUE",
      help: "compare the others with this run, or with --by this value (default: the first)",
    },
    effects: { help: "only the effects of the factors" },
    importance: {
      help: "only how much each factor decides: its share of the variance of an additive model",
    },
    format: FORMAT_OPTION,
    columns: {
      multiple: true,
      value: "LIST",
      help: "with --format latex, html or typst: these columns in this order: lr,valid_loss,n",
    },
    digits: {
      value: "N",
      help: "likewise: significant digits of a mean (default: by its spread)",
    },
  },
  examples: [
    ["ablate compare quickstart", "a grid: runs that differ only in the seed are one row"],
    ["ablate compare quickstart/v5 quickstart/v7", "two runs, or two rows of several seeds"],
    ["ablate compare my --by train.lr --baseline 0.1", "the effect of the learning rate"],
    [
      "ablate compare my --by lr --within batch_norm",
      "the effect of one factor at each value of another",
    ],
    ["ablate compare my --importance", "the share of each factor, by an additive model"],
    ["ablate compare my --metric train_loss --metric valid_loss", "two numbers per run"],
    ["ablate compare my --format markdown", "for a pull request"],
    ["ablate compare my --format latex > table.tex", "for a paper: the best row bold"],
    ["ablate compare my --format typst --columns lr,valid_loss", "only these columns"],
  ],
  see: ["docs/compare.md", "docs/json.md", "ablate diff"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const format = rowFormat(flags);
    const ofPaper = paperOptions(invocation, format);
    const isOfAll = flags.has("importance");
    if (isOfAll) refuseChoice(flags);
    const { by, ...compared } = withReader(invocation, (reader) => chosen(reader, invocation));
    const metrics = metricsNamed(flags.list("metric"), compared.runs);
    if (isOfAll) {
      const found = metrics.map((metric) => importanceOf(compared.runs, metric));
      const { paint } = terminal;
      terminal.write(IMPORTANCE_FORMATS[format](found, terminal.outputColumns(), paint));
      return 0;
    }
    const parts = partsOf({ by, ...compared }, flags.text("within"), metrics);
    const text = COMPARISON_FORMATS[format](parts, {
      isByKey: by !== undefined,
      isAsked: flags.has("metric"),
      effectsOnly: flags.has("effects"),
      sensitivities: sensitivitiesOf({ by, ...compared }, flags.text("within"), metrics),
      ...ofPaper,
      width: terminal.outputColumns(),
      paint: terminal.paint,
    });
    if (format === "csv") await terminal.pour(text);
    else terminal.write(format === "table" ? asCalled(text, terminal.environment) : text);
    return 0;
  },
};

/** Reads what goes with the formats of tables for a paper alone. */
function paperOptions(
  { flags }: Invocation,
  format: RowFormat,
): { readonly columns: readonly string[]; readonly digits: number | undefined } {
  const given = ["columns", "digits"].find((name) => flags.has(name));
  if (given !== undefined && !isOfPaper(format)) {
    throw new UsageError(`--${given} goes with --format latex, html or typst`);
  }
  const digits = flags.count("digits", 1);
  if (digits !== undefined && digits > ALL_DIGITS) {
    throw new UsageError(`--digits takes at most ${ALL_DIGITS}, which is all that a number has`);
  }
  return { columns: flags.list("columns"), digits };
}

type Compared = {
  readonly runs: readonly ComparedRun[];
  readonly by: string | undefined;
  readonly baseline: ComparedRun | undefined;
};

/** Compares all runs, or with `--within` those of each value of a key by themselves. */
function partsOf(
  { runs, by, baseline }: Compared,
  wanted: string | undefined,
  metrics: readonly Metric[],
): readonly ComparedPart[] {
  if (wanted === undefined) {
    return [{ within: null, comparison: compareRuns(runs, { metrics, by, baseline }) }];
  }
  if (by === undefined) throw new UsageError("--within goes with --by KEY");
  const key = configKey("--within", wanted, runs);
  if (key === by) throw new UsageError(`--by and --within are both ${key}; name two keys`);
  const textOf = settingTexts(runs.map((run) => settingOf(run, key)));
  const groups = Map.groupBy(runs, (run) => settingOf(run, key)?.id ?? "");
  return [...groups.values()].map((members) => {
    const own = settingOf(members[0] ?? { settings: [] }, key);
    const value = baseline === undefined ? undefined : settingOf(baseline, by)?.id;
    const reference = baseline && members.find((run) => settingOf(run, by)?.id === value);
    return {
      within: {
        key,
        text: textOf(own),
        value: own?.value ?? null,
        field: own ? exactSetting(own) : null,
      },
      comparison: compareRuns(members, { metrics, by, baseline: reference }),
    };
  });
}

/** Measures, with `--within`, how much the factor of `--by` does at each value of the other one. */
function sensitivitiesOf(
  { runs, by }: Compared,
  wanted: string | undefined,
  metrics: readonly Metric[],
): readonly Sensitivity<ComparedRun>[] {
  if (wanted === undefined || by === undefined) return [];
  const within = factorOf(runs, configKey("--within", wanted, runs));
  return metrics.map((metric) => sensitivityOf(runs, { metric, by: factorOf(runs, by), within }));
}

/** @throws UsageError - a flag chooses a factor, or what it is compared with */
function refuseChoice(flags: Invocation["flags"]): void {
  const given = ["by", "within", "baseline", "effects"].find((name) => flags.has(name));
  if (given === undefined) return;
  throw new UsageError(`--importance is of all factors; leave out --${given}`);
}

/** Reads the runs, the baseline's among them, the key of `--by` and the run that is the baseline. */
function chosen(reader: StoreReader, invocation: Invocation): Compared {
  const { flags } = invocation;
  const selection = { only: flags.texts("only"), scope: scopeOf(invocation) };
  const selected = selectedRuns(reader, flags.rest, selection);
  if (flags.rest.length === 0 && selection.only.length === 0) refuseSeveralGrids(selected);
  const hashes = reader.dataHashes();
  const runs = comparedRuns(selected, hashes);
  const wanted = flags.text("by");
  const by = wanted === undefined ? undefined : configKey("--by", wanted, runs);
  const text = flags.text("baseline");
  if (text === undefined) return { runs, by, baseline: undefined };
  const withValue = by === undefined ? undefined : runWithValue(text, by, runs);
  if (withValue !== undefined) return { runs, by, baseline: withValue };
  const meant = findRuns(reader, text);
  const names = new Set(selected.map(({ name }) => name));
  const added = meant.filter(({ name }) => !names.has(name));
  const all = added.length === 0 ? runs : comparedRuns([...selected, ...added], hashes);
  return { runs: all, by, baseline: all.find(({ name }) => name === meant[0]?.name) };
}

/** @throws UsageError - if runs that nothing selects are of several grids: their settings have little in common */
function refuseSeveralGrids(runs: readonly RunSummary[]): void {
  const grids = [...new Set(runs.flatMap(({ grid }) => grid ?? []))];
  const [first] = grids;
  if (first === undefined || grids.length === 1) return;
  throw new UsageError(
    `the store has ${grids.length} grids; name one, as \`ablate compare ${shellWord(first)}\`: ${grids.join(", ")}`,
  );
}

/** Returns the metrics of these names, in this order; without names the usual one. */
function metricsNamed(names: readonly string[], runs: readonly ComparedRun[]): readonly Metric[] {
  if (names.length === 0) return [usualMetric(runs)];
  const recorded = recordedMetrics(runs);
  const all = [...METRICS, ...recorded];
  const fixed = METRICS.map(({ name }) => name);
  const known = [...new Set([...fixed, ...recorded.map(({ title }) => title)])];
  return [...new Set(names)].map((name) => {
    const found = all.find((metric) => metric.name === name || metric.title === name);
    if (found !== undefined) return found;
    const hint = didYouMean(name, known) ?? `there are ${known.join(", ")}`;
    throw new UsageError(`--metric knows no "${name}"; ${hint}`);
  });
}

/**
 * The first run that has this value of the key; undefined where none has and a run may be meant.
 *
 * @throws UsageError - if no run has this number, which might also be the beginning of some run's hash
 */
function runWithValue(
  text: string,
  key: string,
  runs: readonly ComparedRun[],
): ComparedRun | undefined {
  const settings = runs.map((run) => settingOf(run, key));
  const texts = [{ isWhole: false }, { isWhole: true }].map((style) =>
    settingTexts(settings, style),
  );
  const isMeant = (own: Setting | undefined): boolean =>
    own !== undefined && (isWritten(text, own) || texts.some((write) => write(own) === text));
  const found = runs.find((_, i) => isMeant(settings[i]));
  if (found !== undefined || readNumber(text) === null) return found;
  const values = new Set(settings.flatMap((own) => (own ? (texts[1]?.(own) ?? []) : [])));
  throw new UsageError(`no run has ${key} ${text}, only ${[...values].join(", ")}`);
}

/** Whether a text is a value in full: as JSON, or a number in any spelling. */
function isWritten(text: string, { value, id }: Setting): boolean {
  return text === id || (typeof value === "number" && readNumber(text) === value);
}
