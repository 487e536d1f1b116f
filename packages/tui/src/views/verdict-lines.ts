import type { Window } from "../data/curves.ts";
import { RATIO } from "../data/series.ts";
import { type ShownRun, updates } from "../data/shown-run.ts";
import { type Verdict, verdictOn } from "../data/verdict.ts";
import { justify, type Line, line, lineWidth, piece, type Tone } from "../text/line.ts";
import { short, UNKNOWN } from "../text/number.ts";
import { cutText } from "../text/width.ts";
import type { Canvas } from "./canvas.ts";
import type { Plot } from "./plots.ts";
import { readAt, seriesValue, xName } from "./readings.ts";

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
  const samples = curves.read(
    run,
    plots.map(({ key }) => key),
    whole,
  );
  const at = state.crosshair === null ? "mean of the end" : xName(state.look.axis, state.crosshair);
  const nameWidth = Math.min(24, Math.max(9, ...plots.map(({ label }) => label.length)));
  const rows = plots.map((plot): Line => {
    const found = samples.get(plot.key);
    const band = info.get(plot.key) ?? { low: null, high: null };
    const verdict = found === undefined ? null : verdictOn(found, band);
    const read = state.crosshair === null ? null : readAt(canvas, plot, window);
    const value = read?.mean ?? verdict?.value;
    const text = value === undefined ? UNKNOWN : seriesValue(RATIO, value);
    const name = cutText(plot.label, nameWidth).padEnd(nameWidth);
    const head = line(piece("━ ", plot.tone), `${name}${text.padStart(7)}  `);
    return [...head, ...verdictWords(verdict, width - lineWidth(head))];
  });
  const hidden = scene.allParameters.length - scene.parameters.length;
  const more: Line[] = hidden === 0 ? [] : [[piece(`${hidden} more: v chooses`, "muted")]];
  return [
    justify([piece("log10 update:data", "muted")], [piece(at, "muted")], width),
    ...rows,
    ...more,
  ];
}

/** The verdict in words, with the step since which it holds where there is room for that. */
function verdictWords(verdict: Verdict | null, room: number): Line {
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
};
