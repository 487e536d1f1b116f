/** The line at the bottom: what is typed, what was said, or the keys one needs now. */
import { isSameRow, ROWS } from "../keys/rows.ts";
import { actsIn, KEYS, keyName } from "../keys/table.ts";
import { fitLine, type Line, type Piece, piece } from "../text/line.ts";
import type { FrameCanvas, View } from "../views/view.ts";
import { promptLine } from "./prompt-line.ts";

export function bottomLine(canvas: FrameCanvas, view: View): Line {
  const { prompt, message, size } = canvas.state;
  if (prompt !== null) return promptLine(canvas, prompt);
  if (message !== null) return fitLine([piece(` ${message}`, "accent")], size.columns);
  return hints(canvas, view);
}

/** Names the keys that act in this view, as many as fit; help and quit always. */
function hints({ state }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  if (state.isHelp || state.chooser !== null)
    return fitLine(
      [
        { ...piece(" esc closes", "muted"), press: "escape" },
        { ...piece(" · q quits", "muted"), press: "q" },
      ],
      columns,
    );
  const labelled = KEYS.filter((row) => row.label !== undefined && actsIn(row, view)).map(
    (row) => ({
      text: `  ${keyName(row.keys[0] ?? "")} ${row.label}`,
      press: row.keys[0] ?? "",
      isAlways: isSameRow(row, ROWS.help) || isSameRow(row, ROWS.quit),
    }),
  );
  const always = labelled.filter(({ isAlways }) => isAlways);
  let room = columns - always.reduce((sum, { text }) => sum + text.length, 2);
  const kept = labelled.filter(({ text, isAlways }) => {
    if (isAlways) return true;
    if (text.length > room) return false;
    room -= text.length;
    return true;
  });
  const named = kept.map(({ text, press }, i): Piece => {
    return { ...piece(i === 0 ? text.slice(1) : text, "muted"), press };
  });
  return fitLine(named, columns);
}
