/** What a probe saw, layer by layer, as a table with bars. */
import { type Finding, THRESHOLDS, type ThresholdChanges } from "@ablate/core";
import { diagnoseLog } from "@ablate/record";
import { diagnoseRecorded, storedSettings } from "@ablate/runner";
import {
  comparedRuns,
  type LayerProbe,
  type Probe,
  type RunSummary,
  readingRun,
  type StoreReader,
} from "@ablate/store";
import {
  count,
  counted,
  didYouMean,
  fittedTable,
  readNumber,
  right,
  shortNumber,
  table,
  UNKNOWN,
  widthOf,
  wrapText,
} from "@ablate/text";
import { glyphsFor } from "@ablate/tui";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { ALL_OPTION, READING_OPTIONS } from "../command-line/options.ts";
import type { Paint } from "../command-line/terminal.ts";
import { type Diagnosed, findingsOfRun } from "../print/findings.ts";
import { findingsOfGrid } from "../print/findings-of-grid.ts";
import { jsonArray } from "../print/rows.ts";
import { tableStyle } from "../print/styles.ts";
import { withReader } from "../store/open.ts";
import { findWhole, scopeOf } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Finds what is wrong with runs, with the evidence and the step at which it began: saturated or dead units, layers that learn too fast or too slowly, a loss that starts too high. A finding that follows from another is listed below it; a loss that explodes is always a finding. For one run it also prints the depth profile: spread, saturation and gradients of each layer, at initialisation and at the end. For a grid it prints one verdict for all runs that differ only in the seed.",
  options: {
    ...READING_OPTIONS,
    ...ALL_OPTION,
    runs: { help: "for a grid: one entry per run instead of per group of seeds" },
    set: {
      multiple: true,
      value: "thresholds.NAME=VALUE",
      help: "use another threshold than the one in the config (docs/diagnostics.md)",
    },
  },
  examples: [
    ["ablate diagnose quickstart/v1", "its findings with evidence, and its depth profile"],
    ["ablate diagnose quickstart", "one verdict per group of seeds, the worst first"],
    ["ablate diagnose v1 --set thresholds.saturated=0.8", "use another threshold"],
    [
      "ablate diagnose quickstart --json",
      "all findings, for scripts; the exit code is 1 if one is an error",
    ],
  ],
  exits: [["1", "a finding of level error"]],
  see: ["docs/diagnostics.md", "docs/tutorial.md", "ablate show"],
  run: (invocation) => {
    const { flags, terminal } = invocation;
    const name = flags.positionals[0] ?? "";
    const changes: ThresholdChanges = Object.fromEntries(flags.list("set").map(readChange));
    const { paint } = terminal;
    const style = { width: terminal.outputColumns(), paint, isByRun: flags.has("runs") };
    const { all, text } = withReader(invocation, (reader) => {
      const { grid, runs } = findWhole(reader, name, scopeOf(invocation));
      const diagnosed = (run: RunSummary) => ({
        run,
        findings: readingRun(run.name, () => findingsIn(reader, run, changes)),
      });
      const all =
        grid === null
          ? runs.map(diagnosed)
          : runs.flatMap((run) => reader.checks.unlessDamaged(run.name, () => diagnosed(run)));
      const [first] = all;
      if (grid === null && first !== undefined)
        return { all, text: pageOf(invocation, reader, first) };
      const compared = comparedRuns(
        all.map(({ run }) => run),
        reader.dataHashes(),
      );
      const judged = compared.map((run, i) => ({ run, findings: all[i]?.findings ?? [] }));
      return { all, text: findingsOfGrid(name, judged, style) };
    });
    terminal.write(flags.has("json") ? jsonArray(all.flatMap(rowsOf)) : text);
    return all.some(({ findings }) => findings.some(({ level }) => level === "error")) ? 1 : 0;
  },
};

/** What trained a run decides about the rules: those of ours know its settings. */
function findingsIn(
  reader: StoreReader,
  run: RunSummary,
  changes: ThresholdChanges,
): readonly Finding[] {
  return run.source === null
    ? diagnoseRecorded(reader, run, changes)
    : diagnoseLog(reader, run.name, changes);
}

function pageOf({ terminal }: Invocation, reader: StoreReader, diagnosed: Diagnosed): string {
  const width = terminal.outputColumns();
  const isAscii = glyphsFor(terminal.environment) === "ascii";
  const { name: run } = diagnosed.run;
  const steps = reader.probeSteps(run);
  const shown = steps.length > 1 ? [steps[0], steps.at(-1)] : steps;
  const profiles = shown.flatMap((step) => {
    const probe = step === undefined ? undefined : reader.probe(run, step);
    return probe === undefined
      ? []
      : [depthProfile(probe, { isAscii, width, paint: terminal.paint })];
  });
  const [first] = steps;
  const examples = first === undefined ? 0 : (reader.probe(run, first)?.examples ?? 0);
  const note = noteOn(reader, diagnosed.run, examples);
  const written = note === "" ? "" : `${indented(note, width)}\n`;
  return `${[findingsOfRun(diagnosed, { width, paint: terminal.paint }), ...profiles].join("\n")}${written}`;
}

/** Says on which examples the numbers of the layers were taken, and what a run could not be judged by. */
function noteOn(
  reader: StoreReader,
  { name, source, config }: RunSummary,
  examples: number,
): string {
  const isOurs = source === null;
  if (!isOurs && examples === 0) {
    const lacks = reader.parameters(name).length === 0 ? "update:data ratios and probes" : "probes";
    return `its log has no ${lacks}, so rules about them cannot be checked`;
  }
  if (examples === 0) return "";
  const of = `of ${count(examples)} examples`;
  if (!isOurs) return `${of} chosen by its script, the same in every probe`;
  const { probes } = storedSettings(config).record;
  const isBatch = typeof probes === "object" && probes.examples === "batch";
  const which = isBatch
    ? "those that the next step is trained on"
    : "the same in every probe, not of a step's batch";
  return `${of} of the training split, ${which}`;
}

function indented(text: string, width: number | null): string {
  const room = Math.max(20, (width ?? Number.POSITIVE_INFINITY) - 2);
  return wrapText(text, room)
    .map((line) => `  ${line}`)
    .join("\n");
}

/** Makes rows of the view `findings`. */
function rowsOf({ run: { name: run }, findings }: Diagnosed): object[] {
  return findings.map(({ level, rule, layer, param, step, value, message, until }) => {
    return { run, level, rule, layer, param, step, value, message, until };
  });
}

/** Reads one `thresholds.NAME=VALUE` of `--set`. */
function readChange(text: string): readonly [string, number] {
  const [key = "", written = ""] = text.split(/=(.*)/s).map((part) => part.trim());
  const name = key.replace(/^thresholds\./, "");
  if (!Object.hasOwn(THRESHOLDS, name)) {
    const names = Object.keys(THRESHOLDS);
    const hint = didYouMean(name, names) ?? `there are ${names.join(", ")}`;
    throw new UsageError(`--set: there is no threshold "${name}"; ${hint}`);
  }
  const value = readNumber(written);
  if (value !== null && value > 0) return [name, value];
  throw new UsageError(`--set ${key} takes a number above 0, not "${written}"`);
}

const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

type Column = {
  readonly title: string;
  readonly of: (layer: LayerProbe) => number | undefined;
  /** What a full bar is; the largest of the hidden layers unless given. */
  readonly full?: number;
  readonly text: (value: number) => string;
};

const COLUMNS: readonly Column[] = [
  { title: "activation std", of: ({ tensors }) => tensors.activation?.std, text: threeDigits },
  {
    title: "saturated",
    of: saturatedShare,
    full: 1,
    text: (share) => `${(share * 100).toFixed(share < 0.0995 ? 1 : 0)} %`,
  },
  {
    title: "gradient std",
    of: ({ tensors }) => tensors.activation_gradient?.std,
    text: threeDigits,
  },
  {
    title: "grad:data",
    of: ({ tensors: { weight, weight_gradient: gradient } }) =>
      weight === undefined || gradient === undefined ? undefined : gradient.std / weight.std,
    text: threeDigits,
  },
];

/** Cells of the longest bars, where there is room for them; without room for any there are none. */
const BARS = [10, 8, 6, 4, 0] as const;

type Bars = {
  readonly isAscii: boolean;
  /** Cells across; null: any number. */
  readonly width: number | null;
  /** Cells of the longest bar. */
  readonly cells: number;
  readonly paint: Paint;
};

/** Tables layers from the input to the output. Bars are linear; what is beyond the largest hidden layer is cut. */
function depthProfile(probe: Probe, { isAscii, width, paint }: Omit<Bars, "cells">): string {
  const fits = (text: string): boolean =>
    width === null || text.split("\n").every((line) => widthOf(line) <= width);
  const drawn = BARS.map((cells) => profile(probe, { isAscii, width, cells, paint }));
  return drawn.find(fits) ?? drawn.at(-1) ?? "";
}

function profile({ step, layers }: Probe, bars: Bars): string {
  const { width } = bars;
  const indent = bars.cells === 0 ? "" : "  ";
  const hidden = layers.filter(({ kind }) => kind === "hidden");
  const compared = hidden.length > 0 ? hidden : layers;
  const columns = COLUMNS.map((column) => ({
    ...column,
    full: column.full ?? Math.max(...compared.map((layer) => finite(column.of(layer)))),
  }));
  const rows = layers.map((layer) => [
    `${indent}${layer.name}`,
    ...columns.flatMap(({ of, text, full }) => {
      const value = of(layer);
      const shown = value === undefined ? "" : Number.isNaN(value) ? UNKNOWN : text(value);
      if (bars.cells === 0) return [shown];
      return [shown, value === undefined ? "" : bar(finite(value) / full, bars)];
    }),
  ]);
  // Behind the names each number has its bar.
  const isBarColumn = (column: number): boolean => bars.cells > 0 && column > 0 && column % 2 === 0;
  const titles = COLUMNS.flatMap(({ title }) => [right(title), ...(bars.cells === 0 ? [] : [""])]);
  const when = step === 0 ? "at init" : `after ${counted(step, "step")}`;
  const headed = [`${indent}layer`, ...titles];
  const style = tableStyle(bars.paint, (_, __, column) => (isBarColumn(column) ? "cyan" : null));
  const drawn =
    bars.cells === 0 ? fittedTable(headed, rows, width, style) : table(headed, rows, style);
  return `${bars.paint("bold", `depth profile ${when}`)}\n${drawn}`;
}

/** Returns NaN where activations are NaN: they are not beyond the threshold either. */
function saturatedShare({ tensors, saturation }: LayerProbe): number | undefined {
  if (saturation === null) return undefined;
  return Number.isNaN(tensors.activation?.std) ? Number.NaN : saturation.share;
}

function finite(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) ? value : 0;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e4)) return value.toExponential(1);
  return shortNumber(value, 3);
}

function bar(share: number, { isAscii, cells: full }: Bars): string {
  const cells = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) * full : 0;
  if (isAscii) return "#".repeat(Math.round(cells)).padEnd(full);
  const eighths = Math.round(cells * 8);
  return `${"█".repeat(eighths >> 3)}${EIGHTHS[eighths & 7] ?? ""}`.padEnd(full);
}
