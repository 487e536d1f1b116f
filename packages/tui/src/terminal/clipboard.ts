/** The terminal's clipboard, by OSC 52: it works over ssh too. */
import type { Environment } from "../state/memory.ts";

/** Longer texts are cut off or refused by many terminals. */
const LONGEST = 74_000;

/** The sequence that puts `text` on the clipboard; null where it is too long for that. */
export function clipboardSequence(text: string, { TMUX, TERM }: Environment): string | null {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > LONGEST) return null;
  const sequence = `\x1b]52;c;${encoded}\x07`;
  if (TMUX) return `${sequence}\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
  return TERM?.startsWith("screen") ? `\x1bP${sequence}\x1b\\` : sequence;
}
