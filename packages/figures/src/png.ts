/** Scenes as PNG, by resvg. */
import { readFileSync } from "node:fs";
import { crc32 } from "node:zlib";
import { assetFile } from "@ablate/assets";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import type { Sheet } from "./sheet.ts";
import { svgFile } from "./svg-file.ts";

await initWasm(readFileSync(assetFile("resvg")));

/** Draws a sheet on white, with so many dots to the inch. */
export async function pngOf(sheet: Sheet, dpi: number): Promise<Uint8Array> {
  const value = Math.round((sheet.width / 25.4) * dpi);
  const svg = await svgFile(sheet, "paths");
  const drawn = new Resvg(svg, { background: "#ffffff", fitTo: { mode: "width", value } });
  return withResolution(drawn.render().asPng(), dpi);
}

/** Where the first chunk of every PNG ends: the header of its pixels. */
const HEADER_END = 33;
const METRE = 100 / 2.54;

/** Puts the chunk pHYs into a PNG, by which programs know its size on paper. */
function withResolution(png: Uint8Array, dpi: number): Uint8Array {
  const chunk = Buffer.alloc(21);
  chunk.writeUInt32BE(9, 0);
  chunk.write("pHYs", 4, "latin1");
  for (const at of [8, 12]) chunk.writeUInt32BE(Math.round(dpi * METRE), at);
  chunk.writeUInt8(1, 16); // to the metre
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, HEADER_END), chunk, png.subarray(HEADER_END)]);
}
