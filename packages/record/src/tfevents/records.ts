/** TFRecord: a length of 64 bits and its checksum, that many bytes, and theirs. */
import { maskedCrc32c } from "./crc32c.ts";

/** Bytes before a record's own, and behind them. */
export const HEAD_BYTES = 12;
export const TAIL_BYTES = 4;

/** A length beyond it is damage, whatever its checksum says. */
const MOST_BYTES = 2 ** 40;

/** Bytes that are no record and cannot become one. */
export class RecordError extends Error {
  override readonly name = "RecordError";
}

/**
 * Returns how many bytes the record at a place has; undefined where its length is not whole.
 *
 * @throws RecordError - if the length is not what its checksum says
 */
export function lengthAt(bytes: Buffer, at: number): number | undefined {
  if (bytes.length - at < HEAD_BYTES) return undefined;
  if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes, at, at + 8)) {
    throw new RecordError("a length that is not what its checksum says");
  }
  const length = bytes.readUInt32LE(at) + 2 ** 32 * bytes.readUInt32LE(at + 4);
  if (length > MOST_BYTES) throw new RecordError("a length that no record has");
  return length;
}

/** @throws RecordError - if the whole record at a place is not what its checksum says */
export function checkRecord(bytes: Buffer, at: number, length: number): void {
  const end = at + HEAD_BYTES + length;
  if (bytes.readUInt32LE(end) !== maskedCrc32c(bytes, at + HEAD_BYTES, end)) {
    throw new RecordError("a record that is not what its checksum says");
  }
}
