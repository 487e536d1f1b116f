/** Takes frames out of bytes that may still grow. */
import { decodeFrame, type Frame, FrameError } from "@ablate/frames";
import type { ByteSource } from "../byte-source.ts";

/** Bytes that say how long a frame is. */
const PREFIX_BYTES = 16;

/** Heads and bodies have at most 256 MiB each. */
const LONGEST_FRAME = 2 ** 29 + PREFIX_BYTES;

/** What is read at a time; a longer frame is read whole. */
const READ_BYTES = 256 * 1024;

export type Taken = {
  readonly frames: readonly Frame[];
  /** Where the next one begins. */
  readonly end: number;
  /** Why none can follow, as the end of a sentence. */
  readonly damage: string | null;
};

/** Takes the whole frames from a place on, until they have about `budget` bytes. */
export function takeFrames(source: ByteSource, position: number, budget: number): Taken {
  const frames: Frame[] = [];
  let end = position;
  while (end - position < budget) {
    const bytes = bytesAt(source, end);
    let at = 0;
    try {
      for (let one = decodeFrame(bytes, at); one !== undefined; one = decodeFrame(bytes, at)) {
        frames.push(one.frame);
        at = one.end;
        if (end + at - position >= budget || at === bytes.length) break;
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return { frames, end: end + at, damage: error.message };
    }
    if (at === 0) break;
    end += at;
  }
  return { frames, end, damage: null };
}

/** Reads from a place on, where a frame is whole there at least that. */
function bytesAt(source: ByteSource, at: number): Buffer {
  const bytes = source.read(at, READ_BYTES);
  if (bytes.length < READ_BYTES) return bytes;
  const length = PREFIX_BYTES + bytes.readUInt32LE(4) + bytes.readUInt32LE(8);
  const isWhole = at + length <= (source.size() ?? 0);
  const isLong = length > READ_BYTES && length <= LONGEST_FRAME;
  return isLong && isWhole ? source.read(at, length) : bytes;
}
