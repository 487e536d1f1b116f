/**
 * Whether a parameter learns too slowly, right or too fast, by its update:data ratio: the median of the last
 * whole hundred steps, as the rules `slow-updates` and `fast-updates` have it. What they have found counts first.
 */
import type { Finding, SeriesInfo, SeriesRows } from "@ablate/store";
import { compact, cutTogether, UNKNOWN } from "@ablate/text";
import { type ShownRun, updates } from "../../data/shown-run.ts";
import { RATIO, seriesValue } from "../../data/titles.ts";
import {
  justify,
  type Line,
  line,
  lineWidth,
  type Piece,
  piece,
  type Tone,
  wrapped,
} from "../../text/line.ts";
import type { Plot } from "../plot-curves.ts";
import { xName } from "../plot-words.ts";
import type { ChartCanvas } from "../plots.ts";
import { readAt } from "../readings.ts";
import type { Canvas } from "../view.ts";

/** Cells of a ratio and its verdict beside a parameter's name. */
const VERDICT = 21;

type Word = "too slow" | "right" | "too fast" | "frozen";

type Verdict = {
  /** log10 of the ratio, the median of the last window. */
  readonly value: number;
  readonly word: Word | null;
  /** The step since which it has been so without a break; null where it always was. */
  readonly since: number | null;
};

/** Steps that are judged together; the first of these windows is not judged. */
const WINDOW = 100;

type Band = Pick<SeriesInfo, "low" | "high">;

type Evidence = {
  /** log10 ratios of the steps of the last window. */
  readonly window: readonly number[];
  /** Ratios of all steps, in rows of any width. */
  readonly history: SeriesRows;
  readonly band: Band;
  /** What a rule has found about it and is not over. */
  readonly finding: Finding | undefined;
  /** Whether the rules have seen this run: then what they did not find is not so. */
  readonly isDiagnosed: boolean;
};

/** Judges a parameter; without a band there is a value and no word, unless a rule has found something. */
function verdictOn({ window, history, band, finding, isDiagnosed }: Evidence): Verdict | null {
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

const WORDS: Readonly<Record<string, Word>> = {
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
  const isOn = (level: Finding["level"]): boolean => low === null || level !== "info";
  return findings.find(
    (one) => one.param === param && WORDS[one.rule] !== undefined && isOn(one.level),
  );
}

function wordFor(value: number, { low, high }: Band): Word {
  if (low !== null && value < low) return "too slow";
  return high !== null && value > high ? "too fast" : "right";
}

/** Returns the first step of the last windows that all have this verdict; a row wider than a window is judged alone. */
function sinceWhen({ x, mean, width }: SeriesRows, band: Band, word: Word): number | null {
  const windowOf = (i: number): number => {
    const [at = 0, steps = 1] = [x[i], width[i]];
    return steps > WINDOW ? Math.round(at - (steps - 1) / 2) : Math.floor(at / WINDOW) * WINDOW;
  };
  const valid = [...mean.keys()].filter((i) => !Number.isNaN(mean[i]) && windowOf(i) >= WINDOW);
  const judged = [...Map.groupBy(valid, windowOf)].map(([first, rows]) => {
    const values = rows.map((i) => mean[i] ?? Number.NaN);
    return { first, word: wordFor(median(values), band) };
  });
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
  canvas: ChartCanvas,
  run: ShownRun,
  plots: readonly Plot[],
  width: number,
): Line[] {
  const { state, scene } = canvas;
  const isEarly = updates(run) < 2 * WINDOW;
  const said = isEarly ? "median so far" : `median of the last ${WINDOW}`;
  const at = state.crosshair === null ? said : `${xName(scene.axis, state.crosshair)}, raw`;
  const most = Math.max(24, Math.min(40, width - VERDICT));
  const nameWidth = Math.min(most, Math.max(9, ...plots.map(({ label }) => label.length)));
  const labels = cutTogether(
    plots.map(({ label }) => label),
    nameWidth,
  );
  const called = new Map(plots.map(({ key }, i) => [key, labels[i] ?? ""]));
  const isLit = ({ key }: Plot): boolean => key === `${RATIO}${state.spotlight}`;
  const verdicts = verdictsOn(
    canvas,
    run,
    plots.map(({ key }) => key),
  );
  const rows = plots
    .toSorted((a, b) => Number(isLit(b)) - Number(isLit(a)))
    .map((plot): Line => {
      const verdict = verdicts.get(plot.key) ?? null;
      const read = state.crosshair === null ? null : readAt(canvas, plot);
      const value = read?.raw.mean ?? verdict?.value ?? Number.NaN;
      const text = Number.isNaN(value) ? UNKNOWN : seriesValue(RATIO, value);
      const head = line(
        piece(isLit(plot) ? "▶ " : "━ ", plot.look.tone),
        { text: (called.get(plot.key) ?? plot.label).padEnd(nameWidth), bold: isLit(plot) },
        `${text.padStart(7)}  `,
      );
      const room = width - lineWidth(head);
      return [...head, isEarly ? piece("too early", "muted") : verdictWords(verdict, room)];
    });
  const hidden = scene.allParameters.length - scene.parameters.length;
  const more: Line[] = hidden === 0 ? [] : [[piece(`${hidden} more: v chooses`, "muted")]];
  return [
    justify([piece("log10 update:data", "muted")], [piece(at, "muted")], width),
    ...rows,
    ...more,
    ...(isEarly ? [] : wrapped(answerOf(verdicts), width, "muted")),
  ];
}

/** Says which parameters learn too fast or too slowly, of those for which rules have a band. */
function answerOf(verdicts: ReadonlyMap<string, Verdict | null>): string {
  const judged = [...verdicts].flatMap(([series, verdict]) =>
    verdict === null || verdict.word === null ? [] : [{ series, word: verdict.word }],
  );
  if (judged.length === 0)
    return "none of these is judged: rules have a band for weights of hidden layers";
  const kinds = (["too fast", "too slow", "frozen"] as const).flatMap((word) => {
    const some = judged.filter((one) => one.word === word);
    const names = some.map(({ series }) => series.slice(RATIO.length)).join(", ");
    return some.length === 0 ? [] : [`${word}: ${names}`];
  });
  const answer = kinds.length > 0 ? kinds.join("; ") : "none of them learns too fast or too slowly";
  return `weights of hidden layers are judged: ${answer}`;
}

/** Judges the parameters of a run, each by the series of its ratios. */
function verdictsOn(
  { curves, stored }: Canvas,
  run: ShownRun,
  series: readonly string[],
): ReadonlyMap<string, Verdict | null> {
  const read = (low: number, high: number, columns: number) =>
    curves.read(run, series, { axis: "step", scale: { low, high, log: false }, columns, lead: 0 });
  const whole = read(0, Math.max(1, updates(run) - 1), 400);
  const { first, last } = lastWindow(updates(run));
  const recent = read(first, last, WINDOW);
  const info = new Map(curves.info(run).map((one) => [one.series, one]));
  const findings = stored.findings(run).map(({ finding }) => finding);
  const isDiagnosed = stored.isDiagnosed(run);
  const verdicts = [...whole].map(([name, history]) => {
    const band = info.get(name) ?? { low: null, high: null };
    const { x, mean } = recent.get(name) ?? { x: [], mean: [] };
    const window = [...mean].filter((_, i) => (x[i] ?? -1) >= first && (x[i] ?? -1) <= last);
    const finding = updateFinding(findings, name.slice(RATIO.length), band);
    return [name, verdictOn({ window, history, band, finding, isDiagnosed })] as const;
  });
  return new Map(verdicts);
}

/** Returns the last whole window of a run, of a young one all steps. */
function lastWindow(updates: number): { readonly first: number; readonly last: number } {
  const end = Math.floor(updates / WINDOW) * WINDOW;
  return end < 2 * WINDOW
    ? { first: 0, last: updates - 1 }
    : { first: end - WINDOW, last: end - 1 };
}

/** Writes the verdict, with the step since which it is so where there is room for that. */
function verdictWords(verdict: Verdict | null, room: number): Piece {
  if (verdict === null) return piece("no finite ratio", "muted");
  const { word, since } = verdict;
  if (word === null) return piece("not judged", "muted");
  const long = since === null ? word : `${word} since ${compact(since)}`;
  return piece(long.length <= room ? long : word, TONES[word]);
}

const TONES: Readonly<Record<Word, Tone>> = {
  "too slow": "warn",
  right: "good",
  "too fast": "bad",
  frozen: "bad",
};
