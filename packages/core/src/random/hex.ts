const DIGITS = 8;

/** 32-bit words as hexadecimal digits, eight each. */
export function toHex(words: Uint32Array): string {
  return Array.from(words, (word) => word.toString(16).padStart(DIGITS, "0")).join("");
}

/**
 * Reads what `toHex` wrote.
 *
 * @throws RangeError - these are no hexadecimal digits, or no whole words
 */
export function fromHex(digits: string): Uint32Array {
  if (!/^([0-9a-f]{8})*$/.test(digits)) {
    throw new RangeError(`${digits.length} characters are no 32-bit words in hexadecimal digits`);
  }
  return Uint32Array.from({ length: digits.length / DIGITS }, (_, i) =>
    Number.parseInt(digits.slice(i * DIGITS, (i + 1) * DIGITS), 16),
  );
}
