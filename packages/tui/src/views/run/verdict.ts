/**
 * Whether a parameter learns too slowly, right or too fast, by its update:data ratio: the median of the last
 * whole hundred steps, as the rules `slow-updates` and `fast-updates` have it. What they have found counts first.
 */

import type { Finding, SeriesInfo, SeriesRows } from "@ablate/store";
import { compact, cutText, UNKNOWN } from "@ablate/text";
import type { Window } from "../../data/curves.ts";
import { RATIO, seriesValue } from "../../data/series.ts";
import { type ShownRun, updates } from "../../data/shown-run.ts";
import { justify, type Line, line, lineWidth, piece, type Tone } from "../../text/line.ts";
import type { Plot } from "../plots.ts";
import { readAt, xName } from "../readings.ts";
import type { Canvas } from "../view.ts";

export type Verdict = {
  /** log10 of the ratio, the median of the last window. */
  readonly value: number;
  readonly word: "too slow" | "right" | "too fast" | "frozen" | null;
  /** The step since which it has been so without a break; null where it always was. */
  readonly since: number | null;
};

/** Steps that are judged together; the first of these windows is not judged. */
export const WINDOW = 100;

type Band = Pick<SeriesInfo, "low" | "high">;

/** Returns the last whole window of a run; null before there is one that is judged. */
export function lastWindow(
  updates: number,
): { readonly first: number; readonly last: number } | null {
  const end = Math.floor(updates / WINDOW) * WINDOW;
  return end < 2 * WINDOW ? null : { first: end - WINDOW, last: end - 1 };
}

/** Judges a parameter; without a band there is a value and no word, unless a rule has found something. */
export function verdictOn({
  window,
  history,
  band,
  finding,
  isDiagnosed,
}: {
  /** log10 ratios of the steps of the last window. */
  readonly window: readonly number[];
  /** Ratios of all steps, in rows of any width. */
  readonly history: SeriesRows;
  readonly band: Band;
  /** What a rule has found about it and is not over. */
  readonly finding: Finding | undefined;
  /** Whether the rules have seen this run: then what they did not find is not so. */
  readonly isDiagnosed: boolean;
}): Verdict | null {
  const value = median(window);
  if (finding !== undefined) {
    const since = finding.step > WINDOW ? finding.step : null;
    return { value, word: WORDS[finding.rule] ?? null, since };
  }
  if (Number.isNaN(value)) return null;
  if (band.low === null || band.high === null) return { value, word: null, since: null };
  const measured = wordFor(value, band);
  const word = isDiagnosed ? "right" : measured;
  return { value, word, since: word === measured ? sinceWhen(history, band, word) : null };
}

const WORDS: Readonly<Record<string, Verdict["word"]>> = {
  "slow-updates": "too slow",
  "fast-updates": "too fast",
  frozen: "frozen",
};

/** Returns the finding about a parameter's updates that is not over. */
export function updateFinding(
  findings: readonly Finding[],
  param: string,
  { low }: Band,
): Finding | undefined {
  return findings.find(
    (one) =>
      one.param === param &&
      WORDS[one.rule] !== undefined &&
      (low === null || one.level !== "info"),
  );
}

function wordFor(value: number, { low, high }: Band): "too slow" | "right" | "too fast" {
  if (low !== null && value < low) return "too slow";
  return high !== null && value > high ? "too fast" : "right";
}

/** Returns the first step of the last windows that all have this verdict; a row wider than a window is judged alone. */
function sinceWhen(history: SeriesRows, band: Band, word: Verdict["word"]): number | null {
  const windows = new Map<number, number[]>();
  for (const [i, x] of history.x.entries()) {
    const value = history.mean[i] ?? Number.NaN;
    const width = history.width[i] ?? 1;
    const first =
      width > WINDOW ? Math.round(x - (width - 1) / 2) : Math.floor(x / WINDOW) * WINDOW;
    if (Number.isNaN(value) || first < WINDOW) continue;
    const values = windows.get(first);
    if (values === undefined) windows.set(first, [value]);
    else values.push(value);
  }
  const judged = [...windows].map(([first, values]) => ({
    first,
    word: wordFor(median(values), band),
  }));
  const before = judged.findLastIndex((one) => one.word !== word);
  return before < 0 ? null : (judged[before + 1]?.first ?? null);
}

/** Returns the median of the values that are not NaN; NaN where there are none. */
function median(values: readonly number[]): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Shows every parameter with its ratio and, where there is a band for it, the verdict in words. */
export function verdictLines(
  canvas: Canvas,
  run: ShownRun,
  {
    plots,
    window,
    width,
  }: { readonly plots: readonly Plot[]; readonly window: Window; readonly width: number },
): Line[] {
  const { state, curves, scene } = canvas;
  const info = new Map(curves.info(run).map((one) => [one.series, one]));
  const whole = {
    axis: "step" as const,
    scale: { low: 0, high: Math.max(1, updates(run) - 1), log: false },
    columns: 400,
    lead: 0,
  };
  const series = plots.map(({ key }) => key);
  const samples = curves.read(run, series, whole);
  const windows = windowsOf(canvas, run, series);
  const findings = canvas.findings.of(run).map(({ finding }) => finding);
  const isDiagnosed = canvas.findings.isDiagnosed(run);
  const said = updates(run) < 2 * WINDOW ? "median so far" : `median of the last ${WINDOW}`;
  const at = state.crosshair === null ? said : xName(state.settings.axis, state.crosshair);
  const nameWidth = Math.min(24, Math.max(9, ...plots.map(({ label }) => label.length)));
  const isLit = ({ key }: Plot): boolean => key === `${RATIO}${state.spotlight}`;
  const ordered = [...plots.filter(isLit), ...plots.filter((plot) => !isLit(plot))];
  const rows = ordered.map((plot): Line => {
    const history = samples.get(plot.key);
    const band = info.get(plot.key) ?? { low: null, high: null };
    const param = plot.key.slice(RATIO.length);
    const verdict =
      history === undefined
        ? null
        : verdictOn({
            window: windows.get(plot.key) ?? [],
            history,
            band,
            finding: updateFinding(findings, param, band),
            isDiagnosed,
          });
    const read = state.crosshair === null ? null : readAt(canvas, plot, window);
    const value = read?.mean ?? verdict?.value;
    const text = value === undefined || Number.isNaN(value) ? UNKNOWN : seriesValue(RATIO, value);
    const name = cutText(plot.label, nameWidth).padEnd(nameWidth);
    const isSpotlit = isLit(plot);
    const head = line(
      piece(isSpotlit ? "▶ " : "━ ", plot.tone),
      { text: name, bold: isSpotlit },
      `${text.padStart(7)}  `,
    );
    const isEarly = updates(run) < 2 * WINDOW;
    return [...head, ...verdictWords(verdict, isEarly, width - lineWidth(head))];
  });
  const hidden = scene.allParameters.length - scene.parameters.length;
  const more: Line[] = hidden === 0 ? [] : [[piece(`${hidden} more: v chooses`, "muted")]];
  return [
    justify([piece("log10 update:data", "muted")], [piece(at, "muted")], width),
    ...rows,
    ...more,
  ];
}

/** Reads the log10 ratios of the steps of the last whole window, of a young run of all steps. */
function windowsOf(
  { curves }: Canvas,
  run: ShownRun,
  series: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const { first, last } = lastWindow(updates(run)) ?? { first: 0, last: updates(run) - 1 };
  const scale = { low: first, high: last, log: false };
  const read = curves.read(run, series, { axis: "step", scale, columns: WINDOW, lead: 0 });
  return new Map(
    [...read].map(([name, { x, mean }]) => [
      name,
      [...mean].filter((_, i) => (x[i] ?? -1) >= first && (x[i] ?? -1) <= last),
    ]),
  );
}

/** Writes the verdict, with the step since which it is so where there is room for that. */
function verdictWords(verdict: Verdict | null, isEarly: boolean, room: number): Line {
  if (isEarly) return [piece("too early", "muted")];
  if (verdict === null) return [piece("no finite ratio", "muted")];
  const { word, since } = verdict;
  if (word === null) return [piece("no band", "muted")];
  const long = since === null ? word : `${word} since ${compact(since)}`;
  return [piece(long.length <= room ? long : word, VERDICT_TONES[word])];
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  "too slow": "warn",
  right: "good",
  "too fast": "bad",
  frozen: "bad",
};
