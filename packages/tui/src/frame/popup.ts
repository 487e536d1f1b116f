/** The list of what completes a line that is typed, over the view above it. */
import { widthOf } from "@ablate/text";
import type { Candidate } from "../commands/command.ts";
import type { Completion } from "../commands/completion.ts";
import { fitLine, type Line, lineWidth, piece, restyle } from "../text/line.ts";
import { around, type Room } from "../views/view.ts";
import { boxed, type Overlay } from "./overlay.ts";

const MOST_ROWS = 10;
/** On fewer rows the list takes what is there, without a border. */
const LEAST_ROWS = 8;
const WIDEST_NAME = 44;

/** Draws the candidates; `column` is where the word begins that they complete. */
export function popup(completion: Completion, column: number, room: Room): Overlay {
  const { candidates, chosen } = completion;
  const hasBorder = room.rows >= LEAST_ROWS && room.columns >= 30;
  const most = Math.min(MOST_ROWS, Math.max(1, Math.floor(room.rows / 2)) - (hasBorder ? 2 : 0));
  const { items, first } = around(candidates, chosen ?? 0, Math.max(1, most));
  const drawn = linesOf(items);
  const hint = "tab completes · enter runs";
  const widest = Math.max(hint.length + 4, ...drawn.map(lineWidth));
  const columns = Math.min(room.columns, widest + (hasBorder ? 2 : 0));
  const inner = columns - (hasBorder ? 2 : 0);
  const rows = drawn.map((one, i) => {
    const about = `candidate:${first + i}`;
    const full = fitLine(one, inner);
    return restyle(full, first + i === chosen ? { about, selected: true } : { about });
  });
  const count = `${chosen === null ? "" : `${chosen + 1} of `}${candidates.length}`;
  const lines = hasBorder ? boxed(rows, { columns, title: [], note: count, hint }) : rows;
  const left = Math.max(0, Math.min(column - 2, room.columns - columns));
  const rect = { column: left, row: room.rows - lines.length, columns, rows: lines.length };
  return { rect, lines, listRows: items.length };
}

/** Writes candidates below each other: what is typed, what it is, its values. */
function linesOf(items: readonly Candidate[]): Line[] {
  const width = (of: (one: Candidate) => string): number =>
    Math.max(0, ...items.map((one) => widthOf(of(one))));
  const name = Math.min(
    WIDEST_NAME,
    width(({ text }) => text),
  );
  const what = Math.min(
    WIDEST_NAME,
    width((one) => one.what ?? ""),
  );
  return items.map(
    ({ text, what: said = "", value = "", tone }): Line => [
      piece(" "),
      ...(tone === undefined ? [] : [piece("━━ ", tone)]),
      ...fitLine([piece(text, "accent")], name),
      ...(what === 0 ? [] : [piece("  "), ...fitLine([piece(said, "muted")], what)]),
      piece(value === "" ? " " : `  ${value} `),
    ],
  );
}
