/** What the mouse does in a line that is typed, and in the list of what completes it. */
import { widthOf } from "@ablate/text";
import type { Seen } from "../commands/command.ts";
import { completed, completionOf, withCandidate } from "../commands/completion.ts";
import { closePrompt } from "../state/prompt.ts";
import type { Prompt, State } from "../state/state.ts";
import { type Line, lineWidth } from "../text/line.ts";
import type { Pointer } from "../views/view.ts";
import type { Frame } from "./frame.ts";
import { isIn, pieceAt } from "./pointing.ts";

type Pointed = {
  readonly state: State;
  /** Whether the rest of the screen hears of it, too. */
  readonly goesOn: boolean;
};

/** A click in the text moves its cursor, on a candidate puts that into the line, elsewhere keeps a filter; other texts wait for their own end. */
export function pointPrompt(
  state: State,
  pointer: Pointer,
  { frame, scene }: Seen & { readonly frame: Frame },
): Pointed {
  const { prompt } = state;
  if (prompt === null) return { state, goesOn: true };
  const isClick = pointer.kind === "press" && pointer.button === "left";
  if (frame.box !== null && isIn(frame.box.rect, pointer))
    return { state: inList(state, pointer, { frame, scene }), goesOn: false };
  const line = frame.footer[pointer.row - (state.size.rows - frame.footer.length)];
  const at = line === undefined || !isClick ? null : typedAt(line, pointer.column);
  if (at !== null) return { state: { ...state, prompt: withCursor(prompt, at) }, goesOn: false };
  const isLeft = line === undefined && pointer.kind === "press" && prompt.kind === "filter";
  return isLeft ? { state: closePrompt(state, true), goesOn: true } : { state, goesOn: false };
}

function inList(
  state: State,
  pointer: Pointer,
  { frame, scene }: Seen & { readonly frame: Frame },
): State {
  const { prompt } = state;
  if (pointer.kind === "wheel") return completed(state, Math.sign(pointer.by), { scene });
  if (prompt === null || prompt.kind === "annotation" || pointer.kind !== "press") return state;
  const [, index] = /^candidate:(\d+)$/.exec(pieceAt(frame, pointer)?.about ?? "") ?? [];
  const completion = completionOf(prompt, { scene });
  if (index === undefined || completion === null) return state;
  return { ...state, message: null, prompt: withCandidate(prompt, completion, Number(index)) };
}

/** Returns the place in the text of the character at a cell of its line; beside the text that of its end. */
function typedAt(line: Line, column: number): number | null {
  let [start, last] = [0, null as number | null];
  for (const one of line) {
    const [, first] = /^typed:(\d+)$/.exec(one.about ?? "") ?? [];
    const end = start + lineWidth([one]);
    if (first !== undefined) {
      if (column < end) return Number(first) + charsIn(one.text, column - start);
      last = Number(first) + [...one.text].length;
    }
    start = end;
  }
  return last;
}

/** Counts the characters of a text that end before a cell. */
function charsIn(text: string, cells: number): number {
  let at = 0;
  return [...text].filter((char) => {
    at += widthOf(char);
    return at <= cells;
  }).length;
}

function withCursor(prompt: Prompt, wanted: number): Prompt {
  const at = Math.min(wanted, [...prompt.text].length);
  return prompt.kind === "annotation" ? { ...prompt, at } : { ...prompt, at, choice: null };
}
