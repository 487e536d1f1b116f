import type { Window } from "../../data/curves.ts";
import { RATIO, seriesValue } from "../../data/series.ts";
import { type ShownRun, updates } from "../../data/shown-run.ts";
import { justify, type Line, line, lineWidth, piece, type Tone } from "../../text/line.ts";
import { short, UNKNOWN } from "../../text/number.ts";
import { cutText } from "../../text/width.ts";
import type { Plot } from "../plots.ts";
import { readAt, xName } from "../readings.ts";
import type { Canvas } from "../view.ts";
import { lastWindow, updateFinding, type Verdict, verdictOn, WINDOW } from "./verdict.ts";

/** Every parameter with its ratio and, where there is a band for it, the verdict in words. */
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

/** The log10 ratios of the steps of the last whole window, of a young run of all steps. */
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

/** The verdict in words, with the step since which it holds where there is room for that. */
function verdictWords(verdict: Verdict | null, isEarly: boolean, room: number): Line {
  if (isEarly) return [piece("too early", "muted")];
  if (verdict === null) return [piece("no finite ratio", "muted")];
  const { word, since } = verdict;
  if (word === null) return [piece("no band", "muted")];
  const long = since === null ? word : `${word} since ${short(since)}`;
  return [piece(long.length <= room ? long : word, VERDICT_TONES[word])];
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = {
  "too slow": "warn",
  right: "good",
  "too fast": "bad",
  frozen: "bad",
};
