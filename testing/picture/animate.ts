/** A recording of a terminal as a picture that moves. */
import headless from "@xterm/headless";
import type { Cast, CastEvent } from "./cast.ts";
import { drawPicture, type Style } from "./draw.ts";
import { apngOf, type TimedPicture } from "./png.ts";
import { cellsOf, type Screen, screenOf } from "./screen.ts";

/** For how long the last picture stays before the first comes again. */
const LAST_MS = 3000;

/** Draws the screen as it is after each moment of a recording, and below it the marker of that moment. */
export async function animate(
  cast: Cast,
  { source, ...style }: Style & { readonly source?: string },
): Promise<Uint8Array> {
  const { columns: cols, rows } = cast.size;
  const terminal = new headless.Terminal({ cols, rows, allowProposedApi: true });
  const frames: TimedPicture[] = [];
  const moments = momentsOf(cast.events);
  let caption = "";
  for (const [i, { seconds, events }] of moments.entries()) {
    for (const { kind, text } of events) {
      if (kind === "output") await new Promise<void>((done) => terminal.write(text, done));
      if (kind === "marker") caption = text;
    }
    const next = moments[i + 1]?.seconds ?? seconds + LAST_MS / 1000;
    const screen = [...cellsOf(terminal), ...(await captionOf(caption, cols))];
    frames.push({ picture: drawPicture(screen, style), ms: 1000 * (next - seconds) });
  }
  terminal.dispose();
  const [first, ...others] = frames;
  if (first === undefined) throw new Error("a recording without events has no pictures");
  return apngOf([first, ...others], source);
}

type Moment = { readonly seconds: number; readonly events: readonly CastEvent[] };

/** Events of the same time, together. */
function momentsOf(events: readonly CastEvent[]): readonly Moment[] {
  return [...Map.groupBy(events, ({ seconds }) => seconds)].map(([seconds, at]) => ({
    seconds,
    events: at,
  }));
}

/** An empty row and one with the text, the key in it (up to two spaces) as a cap. */
function captionOf(caption: string, columns: number): Promise<Screen> {
  const [key = "", words = ""] = caption.split(/ {2,}(.*)/);
  const cap = words === "" ? key : `\x1b[7m ${key} \x1b[0m ${words}`;
  return screenOf(`\x1b[2m${"─".repeat(columns)}\x1b[0m\n ${cap}`, { columns, rows: 2 });
}
