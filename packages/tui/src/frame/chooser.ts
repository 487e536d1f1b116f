/** A list to choose from, in a box over the view. */
import { cutTogether, widthOf } from "@ablate/text";
import type { ShownChooser } from "../keys/chooser.ts";
import { fitLine, type Line, piece, restyle } from "../text/line.ts";
import { type Found, highlighted } from "../text/narrow.ts";
import {
  around,
  type ChooserItem,
  type PointHandler,
  type Rect,
  type Room,
} from "../views/view.ts";
import { boxed, type Overlay } from "./overlay.ts";

/** Below this a box leaves nothing of the view to be seen, and takes all of it. */
const LEAST = { columns: 48, rows: 12 } as const;
const LEAST_WIDTH = 44;
/** Rows of a box without its items: borders, and the line of what is typed. */
const OTHER_ROWS = 3;

/** Draws an open list in the middle of the body. */
export function chooserBox(shown: ShownChooser, typed: string, room: Room): Overlay {
  const rect = place(shown, room);
  const listRows = Math.max(0, rect.rows - OTHER_ROWS);
  const { items, first } = around(shown.items, shown.at, listRows);
  const inner = rect.columns - 2;
  const lines = [
    searchLine(shown, typed),
    ...itemLines(items, inner).map((drawn, i): Line => {
      const about = `item:${first + i}`;
      const full = fitLine(drawn, inner);
      return restyle(full, first + i === shown.at ? { about, selected: true } : { about });
    }),
  ];
  const filled = Array.from({ length: Math.max(0, rect.rows - 2) }, (_, i) => lines[i] ?? []);
  const { chooser, all } = shown;
  const found = shown.items.length;
  const count =
    typed === "" ? `${Math.min(shown.at + 1, all)} of ${all}` : `${found} of ${all} found`;
  const title: Line = [{ text: chooser.title, tone: "accent", bold: true }];
  const box = { columns: rect.columns, title, note: count, hint: chooser.hint };
  return { rect, lines: boxed(filled, box).slice(0, rect.rows), listRows };
}

/** Places the box: as wide as its items, in the middle; on small screens it takes all. */
function place({ items, all, chooser }: ShownChooser, { columns, rows }: Room): Rect {
  if (columns < LEAST.columns || rows < LEAST.rows) return { column: 0, row: 0, columns, rows };
  const widest = Math.max(0, ...items.map(({ item }) => widthOf(item.title)));
  const wanted = Math.max(LEAST_WIDTH, widest + 10, widthOf(chooser.hint) + 6);
  const box = {
    columns: Math.min(columns - 4, wanted),
    rows: Math.min(rows - 2, all + OTHER_ROWS),
  };
  const column = Math.floor((columns - box.columns) / 2);
  return { ...box, column, row: Math.floor((rows - box.rows) / 2) };
}

function searchLine({ mistake }: ShownChooser, typed: string): Line {
  const cursor = { text: " ", inverse: true };
  if (typed === "")
    return [piece(" "), cursor, piece(" type to narrow, / for an expression", "muted")];
  const wrong = mistake === null ? [] : [piece(`  ${mistake}`, "bad")];
  return [piece(` ${typed}`, "accent"), cursor, ...wrong];
}

function itemLines(items: readonly Found<ChooserItem>[], width: number): Line[] {
  const indent = ({ isInGroup = false }: ChooserItem) => (isInGroup ? 2 : 0);
  const titles = cutTogether(
    items.map(({ item }) => item.title),
    Math.max(1, width - 6),
  );
  return items.map(({ item, spots }, i): Line => {
    const title = titles[i] ?? "";
    const isWhole = title === item.title;
    return [
      item.isChosen ? piece(" ✓ ", "good") : piece("   "),
      piece(" ".repeat(indent(item))),
      ...highlighted(title, isWhole ? spots : [], { tone: "accent", bold: true }),
    ];
  });
}

/** A click chooses an item, or shows and hides it where several are chosen. */
export const pointChooser: PointHandler = (state, { view }, { pointer, key }) => {
  const chooser = view.choosers?.find(({ name }) => name === state.chooser?.name);
  if (chooser === undefined || state.chooser === null || pointer.kind !== "press") return null;
  const chosen = { ...state, chooser: { ...state.chooser, at: Number(key) } };
  return { state: chosen, press: chooser.isSingle === true ? "enter" : " " };
};
