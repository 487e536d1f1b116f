/**
 * Writes a log piece by piece, as a training script does: `grow-log.ts PATH PIECES END`. A piece may end within a frame; END
 * is what its last frame says, `none` where there is none.
 */
import { appendFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { grownFrames } from "./grown-frames.ts";

/** Between two pieces. */
const APART_MS = 3;

const [path = "", count = "1", end = "none"] = process.argv.slice(2);
const bytes = Buffer.concat(grownFrames(end));
const pieces = Number(count);
for (let i = 0; i < pieces; i++) {
  const [from, to] = [i, i + 1].map((at) => Math.floor((at * bytes.length) / pieces));
  appendFileSync(path, bytes.subarray(from, to));
  await delay(APART_MS);
}
