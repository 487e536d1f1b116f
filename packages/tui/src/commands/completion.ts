/** What can be typed where the cursor of a line is. */
import type { CommandPrompt, FilterPrompt, State, Typed } from "../state/state.ts";
import { narrow } from "../text/narrow.ts";
import type { Candidate, Place, Seen } from "./command.ts";
import { filterPlace } from "./filter-completion.ts";
import { COMMANDS, commandNamed } from "./table.ts";

export type Completion = {
  /** Where the candidates go, in characters of the line. */
  readonly from: number;
  readonly to: number;
  readonly candidates: readonly Candidate[];
  /** Which one is in the line now; null where it still says what was typed. */
  readonly chosen: number | null;
};

type Completed = FilterPrompt | CommandPrompt;

/** Candidates are made for so many names and values at most. */
const MOST = 400;

/** Returns what completes a line, those that begin with what is typed first; null where nothing does. */
export function completionOf(prompt: Completed, context: Seen): Completion | null {
  const typed = prompt.choice?.typed ?? prompt;
  const before = [...typed.text].slice(0, typed.at).join("");
  const place =
    prompt.kind === "command"
      ? commandPlace(before, context)
      : filterPlace(before, prompt, context);
  if (place === null) return null;
  const { from, word, all } = place;
  const { found } = narrow(all, word.replace(/^["']/, ""), { textOf: ({ text }) => text });
  const candidates = found.slice(0, MOST).map(({ item }) => item);
  const [only, ...others] = candidates;
  const isDone = only === undefined || (others.length === 0 && only.text === word);
  if (isDone && !prompt.choice) return null;
  return {
    from: [...before.slice(0, from)].length,
    to: typed.at,
    candidates,
    chosen: prompt.choice?.index ?? null,
  };
}

function commandPlace(before: string, context: Seen): Place | null {
  const [, start = "", word = "", rest] = /^(\s*)(\S*)(\s.*)?$/s.exec(before) ?? [];
  if (rest === undefined) {
    const all = COMMANDS.map(({ name, usage, help }) => ({ text: name, what: usage, value: help }));
    return { from: start.length, word, all };
  }
  const command = commandNamed(word);
  if (command?.name === "filter") {
    const from = before.length - rest.trimStart().length;
    const place = filterPlace(before.slice(from), { setting: "filter" }, context);
    return place && { ...place, from: place.from + from };
  }
  const [last = ""] = /(?:"[^"]*|'[^']*|[^\s"']*)$/.exec(rest) ?? [];
  const words = rest
    .slice(0, rest.length - last.length)
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  const all = command?.complete?.(words, context);
  return all === undefined ? null : { from: before.length - last.length, word: last, all };
}

/** Returns a line with one of the candidates in it. */
export function withCandidate<P extends Completed>(
  prompt: P,
  completion: Completion,
  index: number,
): P {
  const typed: Typed = prompt.choice?.typed ?? { text: prompt.text, at: prompt.at };
  const chosen = completion.candidates[index];
  if (chosen === undefined) return prompt;
  const chars = [...typed.text];
  const start = [...chars.slice(0, completion.from), ...chosen.text];
  const text = [...start, ...chars.slice(completion.to)].join("");
  return { ...prompt, text, at: start.length, choice: { typed, index } };
}

/** Returns the state after a completion of what is typed by the next candidate, or by the one before. */
export function completed(state: State, by: number, context: Seen): State {
  const { prompt } = state;
  if (prompt === null || prompt.kind === "annotation") return state;
  const completion = completionOf(prompt, context);
  if (completion === null) return state;
  const { length } = completion.candidates;
  const at = completion.chosen ?? (by > 0 ? -1 : length);
  const index = (at + by + length) % length;
  return { ...state, message: null, prompt: withCandidate(prompt, completion, index) };
}
