/** The kernels once more, over memory that threads share. */

/** Pages that shared memory may grow to: all that WebAssembly can address. */
export const MOST_PAGES = 65_536;

/** Ids and flags of the binary format (WebAssembly core specification 5.4 and 5.5, threads proposal). */
const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const NO_MAXIMUM = 0;
const SHARED_WITH_MAXIMUM = 3;

/**
 * Returns a module whose one import, its memory, is a shared one. Nothing else differs from what the compiler
 * writes for shared memory, so the code that is tested without threads is the code that threads run.
 *
 * @throws RangeError - the module imports something else
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array {
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    const size = readUnsigned(bytes, at + 1);
    const end = size.end + size.value;
    if (bytes[at] === IMPORT_SECTION) {
      const section = [...bytes.subarray(size.end, end)];
      const [least = 0, limits] = [section.pop(), section.pop()];
      if (section[0] !== 1 || limits !== NO_MAXIMUM) break;
      section.push(SHARED_WITH_MAXIMUM, least, ...unsigned(MOST_PAGES));
      const before = bytes.subarray(0, at + 1);
      return Uint8Array.from([
        ...before,
        ...unsigned(section.length),
        ...section,
        ...bytes.subarray(end),
      ]);
    }
    at = end;
  }
  throw new RangeError("the kernels import more than one memory without a maximum");
}

/** Reads a number of seven bits a byte, the lowest first (LEB128). */
function readUnsigned(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  let end = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[end++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end };
  }
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
