/** Reads files of names: their encoding, their lines, and what a data set cannot be made of. */

/** `line`: a line is a name, white space inside included. `whitespace`: white space ends a name too. */
export type Separator = "line" | "whitespace";

/** How a file is read. `end` marks the end of a name: index 0 of every vocabulary, so no name may hold it. */
export type Reading = { readonly separator: Separator; readonly end: string };

export const USUAL_READING: Reading = { separator: "line", end: "." };

/** The data set cannot be used; the message says where and what to do. */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** A line of a file, as editors count them from 1. */
export type NameLine = { readonly line: number; readonly text: string };

/** A file of names, read. */
export type NameFile = {
  /** As its reading has them, in the order of the file. */
  readonly names: readonly string[];
  /** The same file read by the other separator. */
  readonly otherwise: readonly string[];
  /** Whether the two differ. */
  readonly isAmbiguous: boolean;
  /** The lines that white space splits. */
  readonly split: readonly NameLine[];
  /** The first line with a control character in a name, which becomes a character like any other. */
  readonly control: NameLine | null;
};

/** What is asked of the names of a file. */
export type Demands = {
  /** Names that are needed. */
  readonly fewest?: number;
  /** The characters that there are, of names that are not trained on. */
  readonly known?: ReadonlySet<string>;
  /** What has them. */
  readonly source?: string;
};

/**
 * Returns the names of a file. Accepted: UTF-8 (a byte order mark is dropped), blank lines, lines that end as Python's
 * `splitlines` has it; names are trimmed. Characters are Unicode code points, taken as they are: `A` and `a` are two
 * characters, and so are a letter composed and decomposed.
 *
 * @throws DataError - no UTF-8 text, the end token or an unknown character in a name, or too few names
 */
export function parseNames(
  bytes: Uint8Array,
  reading: Reading = USUAL_READING,
  { fewest = FEWEST_NAMES, known, source = "" }: Demands = {},
): NameFile {
  const text = decodeText(bytes);
  const lines = text.split(LINE_END);
  const isByLine = reading.separator === "line";
  const [byLine, byWhitespace]: [string[], string[]] = [[], []];
  const split: NameLine[] = [];
  let isAmbiguous = false;
  let control: NameLine | null = null;
  for (const [i, written] of lines.entries()) {
    const isPlain = written !== "" && !ANY_SPACE.test(written);
    const whole = isPlain ? [written] : namesOfLine(written);
    const parts = isPlain ? whole : written.split(SPACE).filter((part) => part !== "");
    const line = { line: i + 1, text: written };
    for (const name of whole) byLine.push(name);
    for (const part of parts) byWhitespace.push(part);
    if (parts.length > whole.length) split.push(line);
    isAmbiguous ||= whole.length !== parts.length || whole.some((name, at) => name !== parts[at]);
    const names = isByLine ? whole : parts;
    for (const name of names) {
      if (name.includes(reading.end)) throw holdsEnd(name, line, { text, end: reading.end });
      if (known !== undefined) checkKnown(name, line, { known, source });
      if (control === null && CONTROL.test(name)) control = line;
    }
  }
  const [names, otherwise] = isByLine ? [byLine, byWhitespace] : [byWhitespace, byLine];
  if (names.length < fewest) throw tooFew(names, otherwise, { bytes, isByLine, fewest });
  return { names, otherwise, isAmbiguous, split, control };
}

/** The fewest names that an 80/10/10 split leaves none of its three parts empty with. */
export const FEWEST_NAMES = 6;

const LINE_END = /\r\n|\n|\r/;

/** What else ends a line for Python's `splitlines`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes these for line ends
const OTHER_LINE_END = /[\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** White space of JavaScript, by which the first versions split; it has neither U+0085 nor U+001C to U+001F. */
const SPACE = /\s+/u;

/** White space of JavaScript or of Python's `strip`, at either end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes these for white space
const EDGE = /^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/gu;

/** What either reading takes for white space; nearly all lines have none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes these for white space
const ANY_SPACE = /[\s\x1c-\x1f\x85]/u;

const CONTROL = /(?!\t)\p{Cc}/u;

function namesOfLine(line: string): string[] {
  const parts = OTHER_LINE_END.test(line) ? line.split(OTHER_LINE_END) : [line];
  return parts.map((part) => part.replace(EDGE, "")).filter((part) => part !== "");
}

/** Characters to propose as the end token, the first that the file does not have; YAML takes them without quotes. */
const CANDIDATES = [..."$^/;=+_<"];

function holdsEnd(
  name: string,
  { line }: NameLine,
  { text, end }: { readonly text: string; readonly end: string },
): DataError {
  const free = CANDIDATES.find((one) => !text.includes(one));
  const example = free === undefined ? "" : `, such as "${free}"`;
  return new DataError(
    `line ${line}: ${quoted(name)} holds ${quoted(end)}, which marks the end of a name; set data.end to a character that no name contains${example}`,
  );
}

function checkKnown(
  name: string,
  { line }: NameLine,
  { known, source }: Required<Pick<Demands, "known" | "source">>,
): void {
  const unknown = [...name].find((character) => !known.has(character));
  if (unknown === undefined) return;
  const what = `holds ${quoted(unknown)}, which no name of ${source} holds`;
  throw new DataError(`line ${line}: ${quoted(name)} ${what}`);
}

function tooFew(
  names: readonly string[],
  otherwise: readonly string[],
  {
    bytes,
    isByLine,
    fewest,
  }: { readonly bytes: Uint8Array; readonly isByLine: boolean; readonly fewest: number },
): DataError {
  if (names.length === 0) {
    return new DataError(bytes.length === 0 ? "is empty" : "has only blank lines");
  }
  const found = `only ${names.length} ${names.length === 1 ? "name" : "names"}`;
  const other = isByLine ? "whitespace" : "line";
  const remedy =
    otherwise.length >= fewest ? `; data.separator: ${other} reads ${otherwise.length}` : "";
  return new DataError(
    `${found}; at least ${fewest} are needed, so that no split is empty${remedy}`,
  );
}

/** A quoted name is cut here: it may be a whole file. */
const LONGEST_QUOTE = 60;

/** Quotes text of a file in a message. */
export function quoted(text: string): string {
  const cut = [...text.slice(0, 2 * LONGEST_QUOTE)].slice(0, LONGEST_QUOTE).join("");
  return JSON.stringify(cut.length < text.length ? `${cut}...` : text);
}

/** Bytes that are looked at to tell what a file is that is no UTF-8 text. */
const LOOKED_AT = 65_536;

/**
 * Returns the text of a file, without its byte order mark.
 *
 * @throws DataError - if it is no UTF-8 text; the message says what it seems to be
 */
function decodeText(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes;
  const hasWideMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (hasWideMark || (bytes.length % 2 === 0 && isWide(bytes.subarray(0, LOOKED_AT)))) {
    throw new DataError("UTF-16 text; save it as UTF-8, as `iconv -f UTF-16 -t UTF-8` does");
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw new DataError(`a binary file, byte ${nul + 1} is 0; a file of names is UTF-8 text`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DataError(whyNoText(bytes), { cause });
  }
}

/** White space and the hyphen: what UTF-16 of letters beyond Latin has with a zero beside it. */
const NARROW: readonly number[] = [0x09, 0x0a, 0x0d, 0x20, 0x2d];

/** Tells UTF-16 without a mark: zeros are at every second byte only, and belong to characters. */
function isWide(bytes: Uint8Array): boolean {
  const zeros = [0, 0];
  let areNarrow = true;
  for (const [i, byte] of bytes.entries()) {
    if (byte !== 0) continue;
    zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
    areNarrow &&= NARROW.includes(bytes[i ^ 1] ?? 0);
  }
  const [even = 0, odd = 0] = zeros;
  const isLatin = even + odd >= bytes.length / 4;
  if (even + odd === 0 || Math.min(even, odd) > 0 || !(isLatin || areNarrow)) return false;
  const text = new TextDecoder(even > 0 ? "utf-16be" : "utf-16le").decode(bytes);
  return !/(?![\t\r\n])\p{Cc}|[\p{Cn}\uFFFD]/u.test(text.slice(0, -1));
}

function whyNoText(bytes: Uint8Array): string {
  const [before = ""] = new TextDecoder().decode(bytes).split("\uFFFD");
  const at =
    new TextEncoder().encode(before).length + (bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0);
  const looked = new TextDecoder("latin1").decode(bytes.subarray(0, LOOKED_AT));
  // What Latin-1 has from 0x80 to 0x9F are controls; Windows-1252, as which it is read, leaves five of them out.
  if (/(?!\s)[\p{Cc}]/u.test(looked)) return "a binary file; a file of names is UTF-8 text";
  const line = before.split(LINE_END).length;
  const byte = (bytes[at] ?? 0).toString(16).toUpperCase().padStart(2, "0");
  return `line ${line}: not UTF-8 text, byte 0x${byte}; save the file as UTF-8 (from Latin-1: \`iconv -f LATIN1 -t UTF-8\`)`;
}
