/**
 * Draws a text with escape sequences as a picture: what `ablate ui --once` prints where FORCE_COLOR is set, what
 * `tmux capture-pane -e -p` prints, or any other output of a terminal. A recording of asciinema (`FILE.cast`) becomes
 * a PNG that moves.
 *
 *     pnpm picture [FILE] [--size 120x40] [--theme dark|light] [--scale 2] [-o FILE.png|FILE.svg]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { animate } from "./animate.ts";
import { readCast } from "./cast.ts";
import { drawPicture, drawSvg, type Style } from "./draw.ts";
import { pngOf } from "./png.ts";
import { type ScreenSize, screenOf } from "./screen.ts";

const USAGE =
  "usage: pnpm picture [FILE|-] [--size COLUMNSxROWS] [--theme dark|light] [--scale N] [-o FILE.png|FILE.svg]\n";

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n${USAGE}`);
  process.exitCode = 2;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o", default: "frame.png" },
      scale: { type: "string", default: "1" },
      size: { type: "string" },
      theme: { type: "string", default: "dark" },
    },
  });
  const [file = "-"] = positionals;
  const { theme, output } = values;
  if (theme !== "dark" && theme !== "light")
    throw new Error(`--theme: "${theme}" is not dark or light`);
  const scale = Number(values.scale);
  if (!(scale >= 0.5 && scale <= 4))
    throw new Error(`--scale: "${values.scale}" is not from 0.5 to 4`);
  const text = readFileSync(file === "-" ? 0 : file, "utf8");
  const style: Style = { theme, scale };
  if (file.endsWith(".cast")) {
    writeFileSync(output, await animate(readCast(text), style));
    return;
  }
  const screen = await screenOf(text, values.size === undefined ? undefined : sizeOf(values.size));
  const isSvg = output.endsWith(".svg");
  writeFileSync(output, isSvg ? drawSvg(screen, style) : pngOf(drawPicture(screen, style)));
}

function sizeOf(text: string): ScreenSize {
  const [, columns, rows] = /^(\d{1,3})x(\d{1,3})$/.exec(text) ?? [];
  if (columns === undefined || rows === undefined) {
    throw new Error(`--size: "${text}" is not COLUMNSxROWS, as 120x40`);
  }
  return { columns: Number(columns), rows: Number(rows) };
}
