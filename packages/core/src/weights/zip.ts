/** ZIP archives whose files are stored as they are. */
import { crc32 } from "node:zlib";

type Entry = { readonly name: string; readonly bytes: Uint8Array };

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

/** 1980-01-01, the first day that an archive can name: equal files give equal bytes. */
const DATE = 0x21;

/**
 * Returns the bytes of an archive with these files.
 *
 * Source: PKWARE, APPNOTE.TXT 6.3, 4.3.7 to 4.3.16
 */
export function storedZip(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const text = new TextEncoder().encode(name);
    const shared = [...u16(20, 0, 0, 0, DATE), ...u32(crc32(bytes), bytes.length, bytes.length)];
    const local = [...u32(LOCAL), ...shared, ...u16(text.length, 0), ...text];
    const central = [...u32(CENTRAL), ...u16(20), ...shared, ...u16(text.length, 0, 0, 0, 0)];
    directory.push(Uint8Array.from([...central, ...u32(0, offset), ...text]));
    parts.push(Uint8Array.from(local), bytes);
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = [...u32(END), ...u16(0, 0, count, count), ...u32(size, offset), ...u16(0)];
  return joined([...parts, ...directory, Uint8Array.from(end)]);
}

function u16(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 0xff, value >>> 8]);
}

function u32(...values: readonly number[]): number[] {
  return values.flatMap((value) => u16(value & 0xffff, value >>> 16));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
