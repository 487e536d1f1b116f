/** The page of keys. */
import { KEYS, keyName } from "../keys/table.ts";
import { GAP, inColumns, type Line, line, lineWidth, piece } from "../text/line.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Drawn } from "../views/view.ts";

/** Draws the help: the table of keys in words, in two columns where there is room. */
export function drawHelp({ columns, rows, state }: Canvas): Drawn {
  const lines = KEYS.map((binding): Line => {
    const keys = binding.keys.map(keyName).join(" ");
    const views = binding.views?.map((name) => viewNamed(name).title.toLowerCase()).join(", ");
    return line(
      " ",
      piece(keys.padEnd(12), "accent"),
      binding.help,
      piece(views === undefined ? "" : `  (${views})`, "muted"),
    );
  });
  const isWide = columns >= 2 * Math.max(...lines.map(lineWidth)) + GAP;
  const half = Math.ceil(lines.length / 2);
  const halves = [lines.slice(0, half), lines.slice(half)];
  const body = isWide ? inColumns(halves, columns, (some) => some) : lines;
  const head = [{ text: " keys", bold: true }, piece("  esc closes, ↑ ↓ scroll", "muted")];
  const page: Line[] = [head, [], ...body];
  const top = Math.min(state.scroll, Math.max(0, page.length - rows));
  return {
    lines: page.slice(top, top + rows),
    pageLength: page.length,
    parts: [0],
    sheet: () => ({
      columns: ["keys", "help"],
      rows: KEYS.map(({ keys, help }) => [keys.join(" "), help]),
    }),
  };
}
