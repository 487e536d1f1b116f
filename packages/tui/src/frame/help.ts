/** The help screen: the table of keys in words. */
import { KEYS, keyName } from "../keys/table.ts";
import { beside, type Line, line, lineWidth, piece } from "../text/line.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Drawn } from "../views/view.ts";

export function drawHelp({
  columns,
  rows,
  state,
}: Pick<Canvas, "columns" | "rows" | "state">): Drawn {
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
  const widest = Math.max(...lines.map(lineWidth));
  const isWide = columns >= 2 * widest + 2;
  const width = Math.floor((columns - 2) / 2);
  const half = Math.ceil(lines.length / 2);
  const body = isWide
    ? beside([
        { lines: lines.slice(0, half), width },
        { lines: lines.slice(half), width },
      ])
    : lines;
  const page: Line[] = [
    line({ text: " keys", bold: true }, piece("  esc closes, ↑ ↓ scroll", "muted")),
    [],
    ...body,
  ];
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
