/** A list to choose from. */
import { cutTogether } from "@ablate/text";
import { fitLine, type Line, line, piece, restyle } from "../text/line.ts";
import { around, type Canvas, type Chooser, type Drawn } from "../views/view.ts";

/** Draws a list to choose from. */
export function drawChooser({ state, scene, columns, rows }: Canvas, chooser: Chooser): Drawn {
  const { title, hint } = chooser;
  const items = chooser.items(state, scene);
  const at = state.chooser?.at ?? 0;
  const { items: shown, first } = around(items, at, Math.max(1, rows - 2));
  const width = Math.min(columns, Math.max(40, ...items.map((item) => item.title.length + 6)));
  const titles = cutTogether(
    shown.map((item) => item.title),
    Math.max(1, width - 3),
  );
  const body = shown.map((item, i): Line => {
    const drawn = line(item.isChosen ? piece(" ✓ ", "good") : "   ", titles[i] ?? "");
    const full = fitLine(drawn, width);
    return first + i === at ? restyle(full, { inverse: true }) : full;
  });
  const count = `${Math.min(at + 1, items.length)} of ${items.length}`;
  const head = [{ text: ` ${title}`, bold: true }, piece(`  ${count} · ${hint}`, "muted")];
  const sheet = () => ({ columns: [title], rows: items.map((item) => [item.id]) });
  return { lines: [head, [], ...body], sheet };
}
