/** The line at the bottom: what is typed, what was said, or the keys one needs now. */
import { keyName } from "../keys/table.ts";
import { cutLine, fitLine, type Line, lineWidth, piece } from "../text/line.ts";
import type { FrameCanvas, Hint, View } from "../views/view.ts";
import { hintsOf } from "./hints.ts";
import { promptLine } from "./prompt-line.ts";

export function bottomLine(canvas: FrameCanvas, view: View): Line {
  const { prompt, message, size } = canvas.state;
  if (prompt !== null) return promptLine(canvas, prompt);
  if (message !== null) return fitLine([piece(` ${message}`, "accent")], size.columns);
  return hints(canvas, view);
}

/** Names the keys that one needs now, as many as fit; the first and the last ones always. */
function hints({ state, scene }: FrameCanvas, view: View): Line {
  const { columns } = state.size;
  const all = hintsOf(state, scene, view).map(hintPieces);
  const widths = all.map(lineWidth);
  const last = all.slice(-LAST).reduce((sum, one) => sum + lineWidth(one), 0);
  let room = columns - last;
  const kept = all.filter((_, i) => {
    if (i >= all.length - LAST) return true;
    const width = widths[i] ?? 0;
    if (width > room) return false;
    room -= width;
    return true;
  });
  return fitLine(cutLine(kept.flat(), columns), columns);
}

/** How many stand at the end that are never left out: help, and the way out. */
const LAST = 2;

/** Draws keys and what they do; a click presses the first of them. */
function hintPieces({ keys, label }: Hint): Line {
  const [press = ""] = keys;
  return [
    { text: " ", press },
    { ...piece(keys.map(keyName).join(" "), "accent"), press },
    { ...piece(` ${label} `, "muted"), press },
  ];
}
