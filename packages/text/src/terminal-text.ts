/**
 * Text on its way to a terminal. Text of files, stores, configs and arguments is data: a character that a terminal would
 * obey, or that would hide or reorder what stands beside it, is written as `\u{1b}`, and a line break within a value
 * as `⏎`. What this program itself sends to steer the terminal is sealed, and only that gets through.
 */

/**
 * Stands before and after each of our own sequences, in this process alone: no stored text can know it. Node's
 * `crypto` would take 5 ms to load.
 */
const SEAL = `\x1b[${Array.from({ length: 5 }, () => 1000 + Math.floor(9000 * Math.random())).join(";")}m`;

/** Text in which nothing has to be looked for: what this program writes itself. */
const HARMLESS = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u2010-\u2027\u2030-\u205e\u2190-\u2bff]*$/;

/** Control characters, line separators, what reorders text, and what takes no room, so that it could hide. */
const UNSEEN = String.raw`[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]`;

/** Scripts in which words are written with joiners and non-joiners. */
const JOINED = "Arab Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Mymr Syrc"
  .split(" ")
  .map((script) => `\\p{scx=${script}}`)
  .join("");

/** What is not seen itself and belongs to a letter or an emoji beside it. */
const KEPT = [
  `(?<=[${JOINED}])[\u200c\u200d]`,
  "(?<=\\p{Extended_Pictographic}|\\p{Emoji_Modifier}|\ufe0f)\u200d(?=\\p{Extended_Pictographic})",
  "(?<=\\p{Emoji})[\ufe0e\ufe0f]",
  "(?<=\\p{sc=Han})[\u{e0100}-\u{e01ef}]",
].join("|");

/** The patterns, made with the first text that needs them: most commands print none, and it takes 3 ms. */
let made: Readonly<Record<"unseen" | "kept", RegExp>> | undefined;

function patterns(): NonNullable<typeof made> {
  made ??= { unseen: new RegExp(UNSEEN, "gu"), kept: new RegExp(KEPT, "gu") };
  return made;
}

/** Seals a sequence of our own, such as a colour or a move of the cursor: a terminal gets it as it is. */
export function sealed(sequence: string): string {
  return sequence === "" ? "" : SEAL + sequence + SEAL;
}

/** Returns text without our own sequences. */
export function unstyled(text: string): string {
  if (!text.includes(SEAL)) return text;
  return text
    .split(SEAL)
    .filter((_, i) => i % 2 === 0)
    .join("");
}

/** Writes a value on one line with everything in it to be seen; what is sealed stays. */
export function visible(text: string): string {
  return outsideSeals(text, (part) => escaped(part.replace(/\r\n?|\n/g, "⏎")), sealed);
}

/** Writes a value or a sentence as one line, with its end. */
export function asLine(text: string): string {
  return `${visible(text)}\n`;
}

/** Writes what a terminal gets: lines in which nothing but our own sequences steers it. */
export function visibleLines(text: string): string {
  const lines = (part: string): string => part.split(/\r?\n/).map(escaped).join("\n");
  return outsideSeals(text, lines, (sequence) => sequence);
}

function outsideSeals(
  text: string,
  write: (part: string) => string,
  own: (sequence: string) => string,
): string {
  if (HARMLESS.test(text)) return text;
  return text
    .split(SEAL)
    .map((part, i) => (i % 2 === 0 ? write(part) : own(part)))
    .join("");
}

function escaped(text: string): string {
  if (HARMLESS.test(text)) return text;
  const { unseen, kept: pattern } = patterns();
  const kept = new Set([...text.matchAll(pattern)].map(({ index }) => index));
  return text.replace(unseen, (char, index: number) =>
    kept.has(index) ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
}

/** Writes a value as JSON in which a character that a terminal would not show is escaped. */
export function visibleJson(
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
): string {
  return withEscapes(JSON.stringify(value, replacer));
}

/** Replaces each character that a terminal would not show as JSON and YAML have it in double quotes: `\u202e`. */
export function withEscapes(text: string): string {
  if (HARMLESS.test(text)) return text;
  return text.replace(patterns().unseen, (char) => (char === "\n" ? char : utf16Escapes(char)));
}

function utf16Escapes(char: string): string {
  return Array.from(
    { length: char.length },
    (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`,
  ).join("");
}
