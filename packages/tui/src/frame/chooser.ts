/** A list to choose from. */
import { cutTogether } from "@ablate/text";
import { openedChooser } from "../keys/table.ts";
import { fitLine, type Line, line, piece, restyle } from "../text/line.ts";
import { around, type Canvas, type Chooser, type Drawn, type PointHandler } from "../views/view.ts";

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
    const about = `item:${first + i}`;
    return restyle(full, first + i === at ? { about, inverse: true } : { about });
  });
  const count = `${Math.min(at + 1, items.length)} of ${items.length}`;
  const head = [{ text: ` ${title}`, bold: true }, piece(`  ${count} · ${hint}`, "muted")];
  const sheet = () => ({ columns: [title], rows: items.map((item) => [item.id]) });
  return { lines: [head, [], ...body], sheet };
}

/** A click chooses an item, or shows and hides it where several are chosen. */
export const pointChooser: PointHandler = (state, { view }, { pointer, key }) => {
  const chooser = openedChooser(state, view);
  if (chooser === undefined || pointer.kind !== "press") return null;
  const chosen = { ...state, chooser: { name: chooser.name, at: Number(key) } };
  return { state: chosen, press: chooser.isSingle === true ? "enter" : " " };
};
