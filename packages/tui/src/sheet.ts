/** What is shown, as CSV (RFC 4180) for a file or the clipboard. */

import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { count, csvLines, throughMultiplexer } from "@ablate/text";
import type { Session } from "./session/session.ts";
import type { Environment } from "./state/memory.ts";
import type { Sheet } from "./views/view.ts";

/** Writes what is shown to a new file in the folder; says where it is or why not. */
export function saveSheet(session: Session, folder: string): string {
  const { sheet } = session;
  const { view } = session.state.settings;
  for (let i = 1; ; i++) {
    const name = `ablate-${view}${i === 1 ? "" : `-${i}`}.csv`;
    if (existsSync(resolve(folder, name))) continue;
    try {
      return `${count(writeLines(resolve(folder, name), sheet))} rows written to ${name}`;
    } catch (error) {
      return `cannot write ${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
}

/** Characters that are written at a time. */
const PIECE = 1 << 20;

/** Writes a new file piece by piece: the steps of long runs are too much for one text. Returns its rows. */
function writeLines(path: string, sheet: Sheet): number {
  const file = openSync(path, "wx");
  let lines = 0;
  try {
    let piece = "";
    for (const line of csvLines(sheet)) {
      piece += line;
      lines += 1;
      if (piece.length < PIECE) continue;
      writeFileSync(file, piece);
      piece = "";
    }
    writeFileSync(file, piece);
    return lines - 1;
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
}

/** A sheet as CSV that is no longer than a clipboard takes, and its rows; null where it would be longer. */
export function clipboardText(
  sheet: Sheet,
): { readonly text: string; readonly rows: number } | null {
  let text = "";
  let lines = 0;
  for (const line of csvLines(sheet)) {
    text += line;
    lines += 1;
    if (text.length > LONGEST) return null;
  }
  return { text, rows: lines - 1 };
}

/** Longer texts are cut off or refused by many terminals. */
const LONGEST = 74_000;

/** The sequence (OSC 52, which works over ssh too) that puts `text` on the terminal's clipboard; null where it is too long. */
export function clipboardSequence(text: string, { TMUX, TERM }: Environment): string | null {
  const encoded = Buffer.from(text).toString("base64");
  if (encoded.length > LONGEST) return null;
  const sequence = `\x1b]52;c;${encoded}\x07`;
  return `${TMUX ? sequence : ""}${throughMultiplexer(sequence, { TMUX, TERM })}`;
}
