/** Recordings of terminals, and pictures that move. */
import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { animate } from "../picture/animate.ts";
import { castText, readCast } from "../picture/cast.ts";
import { recordCast } from "../picture/record-cast.ts";

const PROGRAM = {
  command: ["sh", "-c", "printf 'what? '; read it; printf 'got %s' $it; read it"],
  folder: tmpdir(),
  environment: { PATH: process.env.PATH ?? "" },
  size: { columns: 30, rows: 4 },
  title: "a question",
} as const;

const SCENES = [
  { caption: "a question", until: /what\?/, seconds: 1.5 },
  { type: "x\r", caption: "x  an answer", until: /got x/, seconds: 2 },
];

test("a scripted session is recorded at the times of its script", async () => {
  const cast = await recordCast(PROGRAM, SCENES);

  expect(cast.events).toMatchObject([
    { seconds: 0, kind: "marker", text: "a question" },
    { seconds: 0, kind: "output", text: "what? " },
    { seconds: 1.5, kind: "input", text: "x\r" },
    { seconds: 1.5, kind: "marker", text: "x  an answer" },
    { seconds: 1.5, kind: "output", text: "x\r\ngot x" },
  ]);
});

test("a recording is a line for the terminal and one for each event, and is read as it was written", () => {
  const cast = {
    size: { columns: 30, rows: 4 },
    title: "a\nb",
    events: [{ seconds: 1.25, kind: "output", text: "\x1b[31mred\r\n" } as const],
  };

  const text = castText(cast);

  expect(text.split("\n")[1]).toBe('[1.25,"o","\\u001b[31mred\\r\\n"]');
  expect(readCast(text)).toEqual(cast);
  expect(readCast(`${text}[2,"r","80x24"]\n`)).toEqual(cast);
  expect(() => readCast('{"version":1}\n')).toThrow("version 1");
});

test("a moving picture has a frame for each moment, and room for what is said about it", async () => {
  const event = (seconds: number, text: string) => ({ seconds, kind: "output", text }) as const;
  const events = [event(0, "one"), event(2, " two"), event(2, " three"), event(3, " four")];
  const cast = { size: { columns: 30, rows: 4 }, title: "", events };

  const png = Buffer.from(await animate(cast, { theme: "light", source: "where from" }));

  expect(png.readUInt32BE(png.indexOf("acTL") + 4)).toBe(3);
  expect(png.readUInt32BE(20)).toBe((4 + 2) * 20 + 2 * 10);
  expect(png.includes("where from")).toBe(true);
});
