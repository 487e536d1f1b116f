/** How much each setting does alone: bars of the largest difference, and whether it is beyond chance. */
import { briefVerdict, type Effect, settingOf, settingTexts } from "@ablate/store";
import { count, cutTogether, ellipsis, signed, widthOf } from "@ablate/text";
import type { ShownRun } from "../../data/shown-run.ts";
import { fitLine, justify, type Line, type Piece, piece, restyle } from "../../text/line.ts";
import { differenceTone } from "../difference-tone.ts";
import type { Box } from "../plots.ts";
import { around } from "../view.ts";
import { type Sweep, sizeOf, strongestOf } from "./sweep-data.ts";

const MOST_NAME = 30;

export function effectsPanel(
  sweep: Sweep,
  { box, at, isFocused }: { readonly box: Box; readonly at: number; readonly isFocused: boolean },
): Line[] {
  const { columns, rows } = box;
  const { metric, effectRuns, points } = sweep;
  const effects = sweep.effects();
  const unit = metric.unit === null ? "" : `, ${metric.unit}`;
  const title = {
    ...piece(`effect on ${metric.title}${unit}`, isFocused ? "accent" : "plain"),
    bold: true,
  };
  const whole = "all else and the seed equal";
  const isRoom = widthOf(title.text) + 1 + widthOf(whole) <= columns;
  const said =
    points.length > effectRuns
      ? `the first ${count(effectRuns)} runs · all else equal`
      : isRoom
        ? whole
        : "all else equal";
  const head = justify([title], [piece(said, "muted")], columns);
  if (effects.length === 0) return [head, [piece("no setting differs but the seed", "muted")]];
  const names = effects.map(({ factor }) => factor.name);
  const width = Math.min(MOST_NAME, Math.floor(columns * 0.35), Math.max(...names.map(widthOf)));
  const shortNames = cutTogether(names, Math.max(4, width), ellipsis);
  const largest = Math.max(...effects.map(sizeOf), 0);
  const each = columns < WIDE ? 2 : 1;
  const room = Math.max(1, Math.floor((rows - 1) / each));
  const { items, first } = around(effects, at, room);
  const lines = items.flatMap((effect, i): Line[] => {
    const name = shortNames[first + i] ?? "";
    const isCurrent = isFocused && first + i === at;
    const [one, two] = effectLines(effect, { sweep, name, width, largest, columns });
    const all = each === 1 ? [[...one, ...two]] : [one, [piece("  "), ...two]];
    return all.map((line, k) => {
      const fitted = fitLine(line, columns);
      return isCurrent && k === 0 ? restyle(fitted, { selected: true }) : fitted;
    });
  });
  return [head, ...lines];
}

/** Returns how many lines all effects take. */
export function effectRows(sweep: Sweep, columns: number): number {
  return 1 + Math.max(1, sweep.effects().length) * (columns < WIDE ? 2 : 1);
}

/** From so many cells on, words stand beside the bar. */
const WIDE = 100;

type EffectSpec = {
  readonly sweep: Sweep;
  readonly name: string;
  readonly width: number;
  readonly largest: number;
  readonly columns: number;
};

function effectLines(
  effect: Effect<ShownRun>,
  { sweep: { metric }, name, width, largest, columns }: EffectSpec,
): readonly [Line, Line] {
  const about = `effect:${effect.factor.name}`;
  const label: Piece = { text: `${name.padEnd(width)}  `, about };
  const strongest = strongestOf(effect);
  const difference = strongest?.difference ?? null;
  if (difference?.mean === null || difference === null || strongest === undefined)
    return [[label, piece("no pair differs in this alone", "muted")], []];
  const tone = differenceTone(difference, metric);
  const isTold = difference.verdict === "larger";
  const room = Math.max(4, Math.min(24, Math.floor(columns * 0.3)));
  const cells =
    difference.mean === 0 ? 0 : Math.max(1, Math.round((sizeOf(effect) / largest) * room));
  const bar = piece("█".repeat(cells).padEnd(room), isTold ? "accent" : "muted");
  const value = piece(` ${signed(difference.mean, decimalsFor(largest))}`, tone);
  const [from, to] = [baseTexts(effect), textOf(effect, strongest.runs[0])];
  const words = `  ${isTold ? "beyond chance" : briefVerdict(difference)} · ${from} → ${to}`;
  return [[label, bar, value], [piece(words, "muted")]];
}

/** Returns the decimals in which the largest effect has four digits. */
function decimalsFor(largest: number): number {
  return largest >= 100 ? 0 : largest >= 10 ? 2 : 4;
}

/** Writes the value of a setting that the others are compared with. */
function baseTexts(effect: Effect<ShownRun>): string {
  const base = effect.values.find(({ difference }) => difference === null);
  return base === undefined ? "" : textOf(effect, base.runs[0]);
}

function textOf({ factor, values }: Effect<ShownRun>, run: ShownRun): string {
  const texts = factor.keys.map((key) => {
    const text = settingTexts(values.map(({ runs: [one] }) => settingOf(one, key)));
    const found = settingOf(run, key);
    return found === undefined ? "none" : text(found);
  });
  return texts.join(" + ");
}
