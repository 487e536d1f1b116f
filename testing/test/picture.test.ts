/** Pictures of frames: each pixel is where and as a terminal has it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { loadImage } from "@napi-rs/canvas";
import { expect, onTestFinished, test } from "vitest";
import { drawPicture, MARGIN, type Picture, type Style } from "../picture/draw.ts";
import { CELL } from "../picture/paint-shape.ts";
import { apngOf, pngOf } from "../picture/png.ts";
import { screenOf } from "../picture/screen.ts";

const DARK: Style = { theme: "dark" };

test.each([
  ["the terminal's own colour", "\x1b[0m█", "#cccccc"],
  ["one of 16", "\x1b[31m█", "#cd3131"],
  ["a bright one", "\x1b[92m█", "#23d18b"],
  ["one of the cube", "\x1b[38;5;208m█", "#ff8700"],
  ["a grey", "\x1b[38;5;240m█", "#585858"],
  ["any colour", "\x1b[38;2;1;2;3m█", "#010203"],
  ["any colour, with colons", "\x1b[38:2::9:8:7m█", "#090807"],
  ["a dim one", "\x1b[2;31m█", "#762828"],
  ["a background", "\x1b[48;5;21m ", "#0000ff"],
  ["inverse", "\x1b[7m ", "#cccccc"],
  ["inverse of two colours", "\x1b[7;31;44m ", "#cd3131"],
  ["what is behind half a block", "\x1b[38;5;9;48;5;10m▄", "#23d18b"],
  ["a shade", "\x1b[97;40m▒", "#737373"],
  ["colours that were taken back", "\x1b[1;2;7;31;44m\x1b[22;27;39;49m█", "#cccccc"],
])("paints %s", async (_what, text, colour) => {
  const picture = drawPicture(await screenOf(`ab${text}`), DARK);

  expect(pixel(picture, { column: 2, x: 0.5, y: 0.25 })).toBe(colour);
});

test("a light terminal is white and has its own 16 colours", async () => {
  const picture = drawPicture(await screenOf("\x1b[33m█\x1b[0m "), { theme: "light" });

  expect(pixel(picture, { column: 0 })).toBe("#949800");
  expect(pixel(picture, { column: 1 })).toBe("#ffffff");
});

test("braille has its dots in two columns of four", async () => {
  const picture = drawPicture(await screenOf("⡂"), DARK); // dots 2 and 7

  const dots = [0.25, 0.75].map((x) =>
    [1, 3, 5, 7].map((eighths) => pixel(picture, { column: 0, x, y: eighths / 8 }) === "#cccccc"),
  );

  expect(dots).toEqual([
    [false, true, false, true],
    [false, false, false, false],
  ]);
});

test("lines of neighbouring cells and rows are one line", async () => {
  const { pixels, ...picture } = drawPicture(await screenOf("┌─\n│ "), DARK);
  const inkOf = (cells: readonly { column: number; row?: number; x: number; y: number }[]) =>
    new Set(cells.map((cell) => pixel({ pixels, ...picture }, cell)));
  const steps = Array.from({ length: 9 }, (_, i) => 0.45 + i / 20);

  expect(inkOf(steps.map((x) => ({ column: 0, x, y: 0.45 })))).toEqual(new Set(["#cccccc"]));
  expect(inkOf([0, 0.5, 0.95].map((x) => ({ column: 1, x, y: 0.45 })))).toHaveLength(1);
  expect(inkOf([0.5, 0.7, 0.95].map((y) => ({ column: 0, x: 0.45, y })))).toEqual(
    inkOf([0, 0.5, 0.95].map((y) => ({ column: 0, row: 1, x: 0.45, y }))),
  );
});

test("letters are painted, bold ones with more ink, each within its cell", async () => {
  const picture = drawPicture(await screenOf(" m \x1b[1mm\x1b[0m ▶ "), DARK);

  const [, thin, gap, bold, , sign] = [0, 1, 2, 3, 4, 5].map((column) => ink(picture, column));

  expect(thin).toBeGreaterThan(100);
  expect(bold).toBeGreaterThan(thin ?? 0);
  expect(sign).toBeGreaterThan(100);
  expect(gap).toBe(0);
});

test("a screen of a size is that large, whatever is on it", async () => {
  const { width, height } = drawPicture(await screenOf("a", { columns: 80, rows: 24 }), DARK);

  expect([width, height]).toEqual([80 * CELL.width + 2 * MARGIN, 24 * CELL.height + 2 * MARGIN]);
});

test("a screen without a size has room for all that is written, wide characters too", async () => {
  const screen = await screenOf("\x1b[1mab\x1b[0m\n日本x  \n");

  expect(screen.map((row) => row.map(({ text }) => text))).toEqual([
    ["a", "b", "", "", "", "", ""],
    ["日", "", "本", "", "x", " ", " "],
  ]);
});

test("a PNG is read by others", async () => {
  const picture = drawPicture(await screenOf("\x1b[31m█\x1b[32m█"), DARK);

  const { width, height } = await loadImage(Buffer.from(pngOf(picture, "somewhere")));

  expect([width, height]).toEqual([picture.width, picture.height]);
});

test("a PNG has the pixels of its picture, also where it has more than 256 colours", async () => {
  const row = Array.from(
    { length: 300 },
    (_, i) => `\x1b[38;2;${i % 256};${255 - (i % 256)};${i}m█`,
  );
  const picture = drawPicture(await screenOf(row.join("")), DARK);

  const colours = read(pngOf(picture));

  const worst = colours.reduce((most, colour, i) => Math.max(most, apart(colour, picture, i)), 0);
  expect(colours).toHaveLength(picture.width * picture.height);
  expect(worst).toBeLessThan(16);
});

test("an animation has every picture, and stores only what changes", async () => {
  const size = { columns: 40, rows: 10 };
  const texts = ["one", "one two", "one two"];
  const pictures = await Promise.all(
    texts.map(async (t) => drawPicture(await screenOf(t, size), DARK)),
  );
  const [first, second, third] = pictures.map((picture, i) => ({ picture, ms: 500 * (i + 1) }));
  if (!first || !second || !third) throw new Error("three pictures");

  const chunks = chunksOf(apngOf([first, second, third]));

  expect(chunks.map(({ type }) => type)).toEqual(
    "IHDR PLTE tRNS acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND".split(" "),
  );
  const controls = chunks.filter(({ type }) => type === "fcTL").map(({ data }) => data);
  expect(controls.map((data) => data.readUInt16BE(20))).toEqual([500, 1000, 1500]);
  expect(controls.map((data) => data.readUInt32BE(4))).toEqual([
    first.picture.width,
    expect.any(Number),
    1,
  ]);
  expect(controls[1]?.readUInt32BE(12)).toBeGreaterThan(MARGIN + 3 * CELL.width); // begins behind "one"
});

test("the command draws a file, and says what is wrong with its words", () => {
  const folder = mkdtempSync(join(tmpdir(), "ablate-picture-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const command = (...args: readonly string[]) =>
    spawnSync(process.execPath, [MAIN, ...args], {
      cwd: folder,
      input: "\x1b[31mred",
      encoding: "utf8",
    });

  expect(command("-", "--size", "10x2", "-o", "a.png")).toMatchObject({ status: 0, stderr: "" });
  expect(command("-o", "a.svg")).toMatchObject({ status: 0, stderr: "" });
  expect(command("--size", "10")).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("COLUMNSxROWS"),
  });
  expect(read(readFileSync(join(folder, "a.png")))).toContain(0xcd3131);
  expect(readFileSync(join(folder, "a.svg"), "utf8")).toMatch(/^<\?xml|^<svg/);
});

const MAIN = fileURLToPath(new URL("../picture/main.ts", import.meta.url));

type Spot = {
  readonly column: number;
  readonly row?: number;
  readonly x?: number;
  readonly y?: number;
};

/** The colour at a spot of a cell, in shares of it. */
function pixel({ pixels, width }: Picture, { column, row = 0, x = 0.5, y = 0.5 }: Spot): string {
  const left = MARGIN + Math.floor((column + x) * CELL.width);
  const top = MARGIN + Math.floor((row + y) * CELL.height);
  const at = 4 * (top * width + left);
  return `#${Buffer.from(pixels.subarray(at, at + 3)).toString("hex")}`;
}

/** How far from the background the pixels of a cell are, together. */
function ink({ pixels, width }: Picture, column: number): number {
  let sum = 0;
  for (let y = 0; y < CELL.height; y++) {
    const from = 4 * ((MARGIN + y) * width + MARGIN + column * CELL.width);
    for (let x = 0; x < CELL.width; x++) sum += Math.abs((pixels[from + 4 * x] ?? 0) - 0x1e);
  }
  return sum;
}

function apart(colour: number, { pixels }: Picture, i: number): number {
  const own = [colour >> 16, (colour >> 8) & 255, colour & 255];
  return Math.max(...own.map((value, channel) => Math.abs(value - (pixels[4 * i + channel] ?? 0))));
}

function chunksOf(png: Uint8Array): { readonly type: string; readonly data: Buffer }[] {
  const bytes = Buffer.from(png);
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const data = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), data });
  }
  return chunks;
}

/** The colours of a PNG's pixels, as 0xrrggbb. */
function read(png: Uint8Array): number[] {
  const chunks = chunksOf(png);
  const of = (name: string) => chunks.find(({ type }) => type === name)?.data ?? Buffer.alloc(0);
  const width = of("IHDR").readUInt32BE(0);
  return [...inflateSync(of("IDAT"))]
    .filter((_, i) => i % (width + 1) !== 0)
    .map((place) => of("PLTE").readUIntBE(3 * place, 3));
}
