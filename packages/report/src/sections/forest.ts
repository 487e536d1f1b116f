/** The chart of how far groups are from the best one, with their intervals. */
import {
  type Axis,
  type Chart,
  intervalMarks,
  type Mark,
  PAGE_LOOK,
  roundRange,
  segment,
} from "@ablate/figures";
import { cutTogether } from "@ablate/text";
import { type Group, titleOf } from "../data/facts.ts";
import { scaled } from "../text.ts";

/** How far a group is behind the best one; what is below 0 is ahead of it. */
export type Row = {
  readonly group: Group;
  readonly mean: number;
  /** The 95 % interval; null where too few pairs leave none. */
  readonly ends: readonly [low: number, high: number] | null;
  /** Written beside it. */
  readonly text: string;
};

type Forest = {
  readonly title: string;
  readonly best: Group;
  /** Beside the best one. */
  readonly bestText: string;
  readonly rows: readonly Row[];
  /** Title of the axis. */
  readonly axis: string;
  /** What the numbers beside the rows are. */
  readonly heading: string;
};

/** A page has room for so many; its tables have all of them. */
const MOST_ROWS = 24;
const ROW = 26;
const LETTER = 6.8;

/** How large the chart is, and the letters that its names may have. */
export type Size = { readonly width: number; readonly letters: number };

/** Draws the best group at the edge and how far behind it the others are, a row for each. */
export function forest(
  { title, best, bestText, rows: all, axis, heading }: Forest,
  { width, letters }: Size,
): Chart {
  const rows = all.slice(0, MOST_ROWS);
  const height = rows.length + 1;
  const names = cutTogether([best, ...rows.map(({ group }) => group)].map(titleOf), letters);
  const texts = [bestText, ...rows.map(({ text }) => text)];
  const scale = axisOf(rows);
  const longest = (some: readonly string[]): number => Math.max(...some.map((one) => one.length));
  const [left, right] = [24 + LETTER * longest(names), 24 + LETTER * longest([...texts, heading])];
  const none = scale.isLog ? edgeOf(scale) : 0;
  const ticks = scale.isLog ? ticksOf(scale, none) : evenTicks(scale);
  return {
    title,
    description: names.map((name, i) => `${name} ${texts[i] ?? ""}`).join("; "),
    width,
    height: 80 + ROW * height,
    labels: { left, right },
    x: { title: axis, min: scale.min, max: scale.max, isLog: scale.isLog, ticks },
    y: { title: "", min: 0, max: height, isBare: true },
    marks: [
      segment([none, 0], [none, height], PAGE_LOOK.guide),
      { kind: "text", side: "right", at: [0, height + 0.45], text: heading },
      ...[best, ...rows.map(({ group }) => group)].flatMap((group, i): readonly Mark[] => {
        const y = height - i - 0.5;
        const row = rows[i - 1];
        return [
          ...(row === undefined ? bestMarks(group, [none, y]) : rowMarks(row, [none, y])),
          { kind: "text", at: [0, y], text: names[i] ?? "" },
          { kind: "text", side: "right", at: [0, y], text: texts[i] ?? "" },
        ];
      }),
    ],
  };
}

type Scale = {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
  readonly interval?: number;
};

/** Distances further apart than this would leave the small ones no room on an even axis. */
const MOST_APART = 12;
/** Smaller differences than this share of the largest one lie at the edge. */
const LEAST_SHARE = 1e-5;

/** Returns an even axis with 0 on it, or a logarithmic one where distances are of different sizes. */
function axisOf(rows: readonly Row[]): Scale {
  const ends = rows.flatMap(({ mean, ends: own }) => [mean, ...(own ?? [])]);
  const most = Math.max(0, ...ends);
  // What is not told apart from 0 does not stretch the axis: it lies at its edge.
  const told = rows.filter(({ ends: own }) => own === null || own[0] > 0);
  const far = told
    .map(({ mean, ends: own }) => own?.[0] ?? mean)
    .filter((end) => end > LEAST_SHARE * most);
  const means = told.map(({ mean }) => mean).filter((mean) => mean > LEAST_SHARE * most);
  if (means.length < 2 || Math.max(...means) < MOST_APART * Math.min(...means))
    return { ...withRoom(roundRange(Math.min(0, ...ends), most)), isLog: false };
  return { min: below(Math.min(...far)) / EDGE, max: 1.15 * most, isLog: true };
}

/** The part of an axis that a dot at its end takes. */
const DOT = 0.016;

/** Leaves a dot at either end of a range its room. */
function withRoom<R extends { readonly min: number; readonly max: number }>(range: R): R {
  const room = (range.max - range.min) * DOT;
  return { ...range, min: range.min - room, max: range.max + room };
}

/** The edge of a logarithmic axis stands for no difference, so far below the smallest one. */
const EDGE = 2;

/** Returns the next smaller number that has one digit. */
function below(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((Math.floor(value / power) * power).toPrecision(1));
}

/** Returns 0, at the edge, and the powers of ten, or where those are few the numbers of one digit. */
function ticksOf({ min, max }: Scale, none: number): NonNullable<Axis["ticks"]> {
  const [low, high] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))];
  const powers = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const decades = Math.log10(max / min);
  const digits = decades > 3.2 ? [1] : decades > 1.8 ? [1, 3] : [1, 2, 5];
  const all = powers.flatMap((power) => digits.map((digit) => digit * power));
  const seen = all.filter((at) => at > none * EDGE ** 0.5 && at <= max);
  return [{ at: none, label: "0" }, ...seen.map((at) => ({ at, label: scaled(at) }))];
}

/** Returns the multiples of an interval. */
function evenTicks({ min, max, interval = max - min }: Scale): NonNullable<Axis["ticks"]> {
  const [first, last] = [Math.ceil(min / interval), Math.floor(max / interval)];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const at = Number(((first + i) * interval).toPrecision(12));
    return { at, label: String(at).replace("-", "−") };
  });
}

/** Returns what lies a dot's radius from the left edge. */
function edgeOf({ min, max }: Scale): number {
  return min * (max / min) ** DOT;
}

function bestMarks(group: Group, at: readonly [number, number]): readonly Mark[] {
  return [{ kind: "dot", at, color: colorOf(group), radius: 5.5 }];
}

/** Draws a group at a height; what is not behind the best one lies at the edge of a logarithmic axis. */
function rowMarks(
  { group, mean, ends }: Row,
  [none, y]: readonly [none: number, y: number],
): readonly Mark[] {
  const seen = (value: number): number => (none > 0 ? Math.max(none, value) : value);
  const shown = ends === null ? null : ([seen(ends[0]), seen(ends[1])] as const);
  return intervalMarks({ y, mean: seen(mean), ends: shown, color: colorOf(group) });
}

function colorOf({ place }: Group): string {
  return place === null ? PAGE_LOOK.strong : PAGE_LOOK.colorOf(place);
}
