import { expect, test } from "vitest";
import { decodeFrame, encodeFrame, type Frame, FrameError } from "../src/index.ts";

const FRAME: Frame = {
  head: { type: "steps", first: 3, name: "loss é 名" },
  arrays: {
    loss: Float64Array.of(1.5, Number.NaN, Number.NEGATIVE_INFINITY),
    ratios: Float32Array.of(1e-3),
    counts: Uint32Array.of(4_294_967_295),
    shifts: Int32Array.of(-1),
    bits: Uint8Array.of(1, 2, 3),
    none: new Float64Array(0),
  },
};

test("a frame comes back as it was, number by number", () => {
  const bytes = encodeFrame(FRAME);

  expect(decodeFrame(bytes)).toEqual({ frame: FRAME, end: bytes.length });
  expect(bytes.length % 8).toBe(0);
});

test("an integer that a number does not hold is the text of its digits", () => {
  const head = {
    type: "run",
    seed: 2 ** 53,
    near: 9_007_199_254_740_991,
    rate: 1e-300,
    far: 1e300,
  };

  const read = decodeFrame(encodeFrame({ head, arrays: {} }));

  expect(read?.frame.head).toEqual({ ...head, seed: "9007199254740992" });
});

test("a frame that is cut off anywhere is not whole yet", () => {
  const bytes = encodeFrame(FRAME);

  for (let length = 0; length < bytes.length; length++) {
    expect(decodeFrame(bytes.subarray(0, length))).toBeUndefined();
  }
});

test("a change of any byte of a frame is noticed", () => {
  const bytes = encodeFrame(FRAME);

  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    const read = () => decodeFrame(changed);
    // A longer length makes a frame that is not whole yet.
    if (at >= 4 && at < 12) expect(orDamaged(read)).toBeUndefined();
    else expect(read).toThrow(FrameError);
  }
});

function orDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(FrameError);
    return undefined;
  }
}

test("frames follow each other, and what is no frame between them is damage", () => {
  const bytes = encodeFrame(FRAME);
  const two = Buffer.concat([bytes, bytes, Buffer.from("junk")]);

  const first = decodeFrame(two);
  const second = decodeFrame(two, first?.end);

  expect(second?.frame).toEqual(FRAME);
  expect(() => decodeFrame(two, second?.end)).toThrow("no frame begins here");
});
