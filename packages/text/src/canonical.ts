/** One form for texts that readers cannot tell apart: an `é` is one character, or an `e` and an accent. */

/** Returns a text in the form in which tags and notes are stored and compared (Unicode's NFC). */
export function canonical(text: string): string {
  return text.normalize("NFC");
}

/** Returns what is compared where upper and lower case do not count either. */
export function folded(text: string): string {
  return canonical(canonical(text).toLowerCase());
}
