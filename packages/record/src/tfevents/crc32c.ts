/** CRC-32C, which a TFRecord file has of every length and every record. */

/** The polynomial of Castagnoli, its bits in reverse. */
const POLYNOMIAL = 0x82f63b78;

/** What TFRecord adds to a rotated checksum, so that one of bytes with checksums in them is no weaker. */
const MASK_DELTA = 0xa282ead8;

/** Table k, from place 256 k on, is of a byte that has k bytes behind it: four are looked up at once. */
const TABLE: Int32Array = table();

function table(): Int32Array {
  const all = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at++) {
    const before = all[at - 256] ?? 0;
    all[at] = (before >>> 8) ^ (all[before & 255] ?? 0);
  }
  return all;
}

/** Computes the checksum of bytes as TFRecord stores it. */
export function maskedCrc32c(bytes: Uint8Array, from: number, end: number): number {
  let crc = -1;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    crc ^=
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24);
    crc =
      (TABLE[768 + (crc & 255)] ?? 0) ^
      (TABLE[512 + ((crc >>> 8) & 255)] ?? 0) ^
      (TABLE[256 + ((crc >>> 16) & 255)] ?? 0) ^
      (TABLE[crc >>> 24] ?? 0);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0);
  const sum = ~crc;
  return (((sum >>> 15) | (sum << 17)) + MASK_DELTA) >>> 0;
}
