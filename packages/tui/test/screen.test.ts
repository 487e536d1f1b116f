import headless from "@xterm/headless";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Screen } from "../src/terminal/screen.ts";
import { fitLine, type Line, type Piece } from "../src/text/line.ts";
import { paint } from "../src/text/theme.ts";

const SIZE = { cols: 24, rows: 3 } as const;

const TEXT = fc.string({
  unit: fc.constantFrom("a", "b", " ", " ", "⣿", "─", "é", "漢", "e\u0301", "🎉"),
  maxLength: 12,
});
const PIECE: fc.Arbitrary<Piece> = fc.record(
  {
    text: TEXT,
    tone: fc.constantFrom("plain", "muted", "accent", "bad", "series3", "series8"),
    back: fc.constantFrom("ramp5", "ramp20"),
    bold: fc.boolean(),
    inverse: fc.boolean(),
  },
  { requiredKeys: ["text"] },
);
const LINE: fc.Arbitrary<Line> = fc
  .tuple(fc.array(PIECE, { maxLength: 4 }), fc.boolean())
  .map(([pieces, isFull]) => (isFull ? fitLine(pieces, SIZE.cols) : pieces.slice(0, 1)));
const FRAME = fc.array(LINE, { minLength: 1, maxLength: SIZE.rows });

test("whatever frame follows another, the screen shows it as if it were the first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(FRAME, { minLength: 2, maxLength: 5 }), async (frames) => {
      const last = frames.slice(-1);
      expect(await shownAfter(frames)).toEqual(await shownAfter(last));
    }),
    { numRuns: 150 },
  );
});

test("a frame that is the same writes nothing, one that differs in a word little", () => {
  const written: string[] = [];
  const screen = new Screen((text) => written.push(text));
  const frame = (value: string): string[] => [
    painted([{ text: `step ${value} of a line that is long`.padEnd(100), tone: "series2" }]),
    painted([{ text: "another line".padEnd(100) }]),
  ];
  screen.enter();
  screen.paint(frame("100"));
  expect(screen.bytes).toBeLessThan(120); // blanks at the end of a line are not written
  written.length = 0;

  screen.paint(frame("100"));
  expect(written).toEqual([]);
  screen.paint(frame("107"));

  const colour = /38;5;\d+/.exec(painted([{ text: "x", tone: "series2" }]))?.[0];
  expect(written).toEqual([`\x1b[?2026h\x1b[1;8H\x1b[${colour}m7\x1b[m\x1b[?2026l`]);
});

function painted(pieces: Line): string {
  return paint(pieces, { depth: "256", background: "dark" });
}

/** Every cell of a terminal after these frames: its characters and how they look. */
async function shownAfter(frames: readonly (readonly Line[])[]): Promise<string[]> {
  const terminal = new headless.Terminal({ ...SIZE, allowProposedApi: true });
  const screen = new Screen((text) => terminal.write(text));
  screen.enter();
  for (const frame of frames) screen.paint(frame.map(painted));
  await new Promise<void>((done) => terminal.write("", done));
  const { active } = terminal.buffer;
  const cells = Array.from({ length: SIZE.rows * SIZE.cols }, (_, i) => {
    const cell = active.getLine(Math.floor(i / SIZE.cols))?.getCell(i % SIZE.cols);
    const chars = cell?.getChars() || " ";
    const isSeen = chars !== " " || cell?.isInverse() !== 0;
    const ink = isSeen ? [cell?.getFgColor(), cell?.isBold(), cell?.isDim()] : [];
    return [chars, cell?.getBgColor(), cell?.isInverse(), ...ink].join();
  });
  terminal.dispose();
  return cells;
}
