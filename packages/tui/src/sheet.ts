/** What is shown, as CSV (RFC 4180) for a file or the clipboard. */

import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { csvOf } from "@ablate/text";
import type { Session } from "./session.ts";
import type { Environment } from "./state/memory.ts";

/** Writes what is shown to a new file in the folder; says where it is or why not. */
export function saveSheet(session: Session, folder: string): string {
  const { sheet } = session;
  const { view } = session.state.settings;
  for (let i = 1; ; i++) {
    const name = `ablate-${view}${i === 1 ? "" : `-${i}`}.csv`;
    if (existsSync(resolve(folder, name))) continue;
    try {
      writeFileSync(resolve(folder, name), csvOf(sheet), { flag: "wx" });
      return `${sheet.rows.length} rows written to ${name}`;
    } catch (error) {
      return `cannot write ${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** Longer texts are cut off or refused by many terminals. */
const LONGEST = 74_000;

/** The sequence (OSC 52, which works over ssh too) that puts `text` on the terminal's clipboard; null where it is too long. */
export function clipboardSequence(text: string, { TMUX, TERM }: Environment): string | null {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > LONGEST) return null;
  const sequence = `\x1b]52;c;${encoded}\x07`;
  if (TMUX) return `${sequence}\x1bPtmux;${sequence.replaceAll("\x1b", "\x1b\x1b")}\x1b\\`;
  return TERM?.startsWith("screen") ? `\x1bP${sequence}\x1b\\` : sequence;
}
