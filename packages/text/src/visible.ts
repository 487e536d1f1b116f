/** Names that may hold white space, so that a reader sees where they begin and end. */

/** How a space is shown that would not be seen. */
const OPEN_BOX = "\u2423";

/** Writes every space of a text as `␣`, and other blanks by their numbers: `\u{a0}`. */
export function visibleSpaces(text: string): string {
  return text.replace(/\p{Zs}/gu, (char) =>
    char === " " ? OPEN_BOX : `\\u{${char.charCodeAt(0).toString(16)}}`,
  );
}

/** Writes the spaces at either end of a name as `␣`; those inside are seen. */
export function visibleEnds(name: string): string {
  return name.replace(/^ +| +$/g, visibleSpaces);
}

/**
 * Returns names to be joined by spaces, an empty one as `""`. Where one of them holds a space, a `·` follows each but
 * the last.
 */
export function toldApart(names: readonly string[]): string[] {
  const hasSpace = names.some((name) => name.includes(" "));
  const last = names.length - 1;
  return names.map((name, i) => {
    const shown = name === "" ? '""' : visibleEnds(name);
    return hasSpace && i < last ? `${shown} ·` : shown;
  });
}
