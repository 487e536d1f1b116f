/** The chart of differences from the best group, with their intervals. */

import { type Chart, colorAt, GUIDE, line, type Mark, roundRange, segment } from "@ablate/figures";
import { type PairedDifference, verdictText } from "@ablate/store";
import { type Group, titleOf } from "../data/facts.ts";
import { fixed } from "../text.ts";

/** A group and by how much it differs from a better one. */
export type Other = { readonly group: Group; readonly difference: PairedDifference };

const MOST_ROWS = 24;
const ROW = 24;

/**
 * Draws by how much groups differ from the best one, a row for each.
 *
 * @param unit - ends the title of the axis
 */
export function forest(
  all: readonly Other[],
  best: Group,
  { title, unit }: Readonly<Record<"title" | "unit", string>>,
): Chart {
  const rows = rowsOf(all);
  const reach = reachOf(rows);
  const height = Math.max(1, rows.length);
  const longest = Math.max(2, ...rows.map(({ group }) => titleOf(group).length));
  const ends = rows.flatMap((row) => endsOf(row)).filter((end) => end <= reach);
  const range = roundRange(Math.min(0, ...ends), Math.max(0, ...ends));
  const texts = rows.map(
    ({ group, difference }) =>
      `${titleOf(group)} ${fixed(difference.mean, 4)}, ${verdictText(difference)}`,
  );
  return {
    title: `Differences in ${title} from ${best.name}`,
    description: texts.join("; "),
    width: 860,
    height: 80 + ROW * rows.length,
    labels: { left: 24 + 6.8 * longest, right: isCut(all) ? 190 : 24 },
    x: {
      title: `${title} above that of ${best.name}${unit}`,
      ...range,
    },
    y: { title: "", min: 0, max: height, isBare: true },
    marks: [
      segment([0, 0], [0, height], GUIDE),
      ...rows.flatMap((row, i) => rowMarks(row, [rows.length - i - 0.5, range.max, reach])),
    ],
  };
}

/** Most times farther than all nearer ones that a group may be: beyond it, these would share a quarter of the axis. */
const MOST_APART = 4;

/** Tells whether groups are left out of the axis, because they are far beyond the others. */
export function isCut(all: readonly Other[]): boolean {
  return Number.isFinite(reachOf(rowsOf(all)));
}

function rowsOf(all: readonly Other[]): readonly Other[] {
  return all.filter(({ difference: { mean } }) => mean !== null).slice(0, MOST_ROWS);
}

/** Returns how far the nearer half of the groups reaches, and those that are not far beyond it; all of them: no end. */
function reachOf(rows: readonly Other[]): number {
  const reaches = rows.map((row) => Math.max(...endsOf(row))).sort((a, b) => a - b);
  const half = Math.ceil(reaches.length / 2);
  const first = reaches.findIndex((reach, i) => {
    const nearer = reaches[i - 1] ?? Number.POSITIVE_INFINITY;
    return i >= half && nearer > 0 && reach > MOST_APART * nearer;
  });
  return first < 0 ? Number.POSITIVE_INFINITY : (reaches[first - 1] ?? 0);
}

function endsOf({ difference: { mean, low, high } }: Other): readonly number[] {
  return low === null || high === null ? [mean ?? 0] : [low, high];
}

/** Draws a group at a height; one that reaches beyond the axis has an arrow there, and its numbers. */
function rowMarks(
  row: Other,
  [y, max, reach]: readonly [y: number, max: number, reach: number],
): readonly Mark[] {
  const { group, difference } = row;
  const { mean, low, high } = difference;
  const color = group.place === null ? "var(--text)" : colorAt(group.place);
  const stroke = { color, dash: [], width: 2.5 };
  const name: Mark = { kind: "text", at: [0, y], text: titleOf(group) };
  if (Math.max(...endsOf(row)) > reach) {
    const from = Math.min(low ?? max, 0.97 * max);
    const interval = low === null ? "" : ` (${fixed(low, 3)} to ${fixed(high, 3)})`;
    const label = `→ ${fixed(mean, 3)}${interval}`;
    return [
      line(
        [
          [from, y],
          [max, y],
        ],
        stroke,
        label,
      ),
      name,
    ];
  }
  return [
    ...(low === null || high === null ? [] : [segment([low, y], [high, y], stroke)]),
    { kind: "dot", at: [mean ?? 0, y], color },
    name,
  ];
}
