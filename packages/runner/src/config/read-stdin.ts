import { readSync } from "node:fs";

/** Returns all that stdin has; waits for its end. */
export function readStdin(): Uint8Array {
  const parts: Buffer[] = [];
  const room = Buffer.alloc(65_536);
  for (;;) {
    const count = readSome(room);
    if (count === 0) return Buffer.concat(parts);
    if (count > 0) parts.push(Buffer.from(room.subarray(0, count)));
  }
}

/** A pipe that another program has made non-blocking has nothing yet for so long. */
const PAUSE_MS = 10;

/** Returns how many bytes it has read; -1: none yet. */
function readSome(room: Buffer): number {
  try {
    return readSync(0, room, 0, room.length, null);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EOF") return 0;
    if (code !== "EAGAIN") throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return -1;
  }
}
