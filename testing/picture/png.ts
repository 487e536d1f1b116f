/** Writes pictures as PNG with a palette, and several as one PNG that moves (APNG). */
import { createHash } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import type { Picture } from "./draw.ts";
import { indexed } from "./indexed.ts";

/** A picture of an animation, and for how long it is shown. */
export type TimedPicture = { readonly picture: Picture; readonly ms: number };

type Area = {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
};

/** Enough for letters whose edges are smooth, and a sixth smaller than with all colours. */
const MOVING_COLOURS = 64;

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** Writes one picture; `source` is what it says that it was drawn from, by `sourceOf`. */
export function pngOf(picture: Picture, source?: string): Uint8Array {
  const { palette, images } = indexed([picture]);
  const all = { left: 0, top: 0, ...picture };
  const data = images.map((image) => chunk("IDAT", compress(image, picture.width, all)));
  return Buffer.concat([...head(picture, palette, source), ...data, chunk("IEND")]);
}

/** Writes pictures of one size, shown one after another, again and again. After the first, a frame is what changes. */
export function apngOf(
  frames: readonly [TimedPicture, ...TimedPicture[]],
  source?: string,
): Uint8Array {
  const [{ picture }] = frames;
  const { palette, images } = indexed(
    frames.map((one) => one.picture),
    MOVING_COLOURS,
  );
  const clear = palette.length;
  let sequence = 0;
  const parts = images.flatMap((image, i) => {
    const before = images[i - 1];
    const area = changedArea(before, image, picture);
    const change = image.map((place, at) => (place === before?.[at] ? clear : place));
    const data = compress(change, picture.width, area);
    const control = chunk("fcTL", uint32(sequence++), frameControl(area, frames[i]?.ms ?? 0));
    return [control, i === 0 ? chunk("IDAT", data) : chunk("fdAT", uint32(sequence++), data)];
  });
  const begin = head(picture, [...palette, 0], source);
  const alpha = chunk("tRNS", Buffer.from([...palette.map(() => 255), 0]));
  const animation = chunk("acTL", uint32(frames.length), uint32(0)); // 0: without an end
  return Buffer.concat([...begin, alpha, animation, ...parts, chunk("IEND")]);
}

/** Names a text that a picture is drawn from, so that a test can tell that it is this text's picture. */
export function sourceOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** A finished PNG that says what it was drawn from, by `sourceOf`: behind its head, which is always 33 bytes. */
export function withSource(png: Uint8Array, source: string): Uint8Array {
  return Buffer.concat([png.subarray(0, 33), sourceChunk(source), png.subarray(33)]);
}

function head(
  { width, height }: Picture,
  palette: readonly number[],
  source: string | undefined,
): Buffer[] {
  const format = Buffer.from([8, 3, 0, 0, 0]); // a byte a pixel, which is a place in the palette
  const colours = palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
  return [
    SIGNATURE,
    chunk("IHDR", uint32(width), uint32(height), format),
    chunk("PLTE", Buffer.from(colours)),
    ...(source === undefined ? [] : [sourceChunk(source)]),
  ];
}

function sourceChunk(source: string): Buffer {
  return chunk("tEXt", Buffer.from(`Source\0${source}`, "latin1"));
}

function frameControl({ width, height, left, top }: Area, ms: number): Buffer {
  const delay = Buffer.alloc(6);
  delay.writeUInt16BE(Math.round(ms), 0);
  delay.writeUInt16BE(1000, 2);
  delay.writeUInt8(1, 5); // drawn over what is there, which stays
  return Buffer.concat([...[width, height, left, top].map(uint32), delay]);
}

/** The smallest rectangle with everything that differs; one pixel where nothing does. */
function changedArea(
  before: Uint8Array | undefined,
  after: Uint8Array,
  { width, height }: Picture,
): Area {
  if (before === undefined) return { left: 0, top: 0, width, height };
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (const [i, value] of after.entries()) {
    if (value === before[i]) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  if (right < 0) return { left: 0, top: 0, width: 1, height: 1 };
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Rows of an area, each behind the number of its filter (0: none), which is best where few colours are drawn. */
function compress(image: Uint8Array, stride: number, { left, top, width, height }: Area): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * stride + left;
    rows.set(image.subarray(from, from + width), y * (width + 1) + 1);
  }
  return deflateSync(rows, { level: 9, memLevel: 9 });
}

function chunk(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), ...parts]);
  return Buffer.concat([uint32(body.length - 4), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
