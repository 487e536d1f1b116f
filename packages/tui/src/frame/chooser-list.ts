/** A list to choose from, in place of the view. */
import { fitLine, type Line, line, piece, restyle } from "../text/line.ts";
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
