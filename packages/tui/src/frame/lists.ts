/** What stands in place of a view: a list to choose from, or the help, which is the table of keys in words. */
import { KEYS, keyName } from "../keys/table.ts";
import { beside, fitLine, type Line, line, lineWidth, piece, restyle } from "../text/line.ts";
import { viewNamed } from "../views/registry.ts";
import type { Canvas, Chooser, Drawn } from "../views/view.ts";

export function drawChooser({ state, scene, columns, rows }: Canvas, chooser: Chooser): Drawn {
  const { title, hint } = chooser;
  const items = chooser.items(state, scene);
  const at = state.chooser?.at ?? 0;
  const room = Math.max(1, rows - 2);
  const top = Math.max(0, Math.min(at - Math.floor(room / 2), items.length - room));
  const width = Math.min(columns, Math.max(40, ...items.map((item) => item.title.length + 6)));
  const body = items.slice(top, top + room).map((item, i): Line => {
    const drawn = line(item.isChosen ? piece(" ✓ ", "good") : "   ", item.title);
    const full = fitLine(drawn, width);
    return top + i === at ? restyle(full, { inverse: true }) : full;
  });
  const count = `${Math.min(at + 1, items.length)} of ${items.length}`;
  return {
    lines: [
      line({ text: ` ${title}`, bold: true }, piece(`  ${count} · ${hint}`, "muted")),
      [],
      ...body,
    ],
    sheet: () => ({ columns: [title], rows: items.map((item) => [item.id]) }),
  };
}

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
