import { DataError } from "./data-error.ts";

/** The end marker: index 0 of every vocabulary, so no name may hold it. */
export const END = ".";

/** With fewer names a split 80/10/10 leaves one of the three parts empty. */
const FEWEST_NAMES = 6;

/**
 * Reads a list of names. Accepted: UTF-8 (a byte order mark is dropped), names separated by white space
 * or line ends of any kind, blank lines. Characters are Unicode code points, taken as they are: `A`
 * and `a` are two characters, and so are a letter composed and decomposed.
 *
 * @throws DataError - not UTF-8, a `.` in a name, or fewer than 6 names
 */
export function parseNames(bytes: Uint8Array): string[] {
  const text = decode(bytes);
  const names = text.split(/\s+/u).filter((name) => name !== "");
  if (names.length < FEWEST_NAMES) {
    const found = names.length === 0 ? "no names" : `only ${names.length} names`;
    throw new DataError(`${found}; at least ${FEWEST_NAMES} are needed, so that no split is empty`);
  }
  const marked = names.find((name) => name.includes(END));
  if (marked !== undefined) {
    const line = text.slice(0, text.indexOf(marked)).split(/\r\n|\n|\r/u).length;
    throw new DataError(
      `line ${line}: "${marked}" holds a ".", which marks the end of a name; remove it`,
    );
  }
  return names;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError("not UTF-8 text; save the file as UTF-8", { cause });
  }
}
