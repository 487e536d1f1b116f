import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { bitsImage } from "../src/sections/maps.ts";

test("a picture of bits is a PNG with black where a bit is set", () => {
  const uri = bitsImage(10, 2, (column, row) => column === 9 && row === 1);
  const png = Buffer.from(uri.replace("data:image/png;base64,", ""), "base64");
  const at = png.indexOf("IDAT");
  const pixels = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));

  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([10, 2, 1, 0]);
  expect([...pixels]).toEqual([0, 0xff, 0xc0, 0, 0xff, 0x80]);
});
