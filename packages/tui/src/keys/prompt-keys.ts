/** The keys of a line that is typed: completion, what was typed before, and the end of it. */
import { CommandError } from "../commands/command.ts";
import { completed } from "../commands/completion.ts";
import { carryOut } from "../commands/table.ts";
import { closePrompt, edit, insert } from "../state/prompt.ts";
import {
  adjusted,
  type CommandPrompt,
  type FilterPrompt,
  type Prompt,
  type State,
  say,
} from "../state/state.ts";
import type { Context, KeyRow } from "../views/view.ts";
import type { Step } from "./table.ts";

/** The keys of every line, in words. */
export const TEXT_ROWS: readonly KeyRow[] = [
  { keys: ["tab", "shift-tab"], help: "complete by the next candidate, or the one before" },
  { keys: ["up", "down"], help: "choose a candidate; in an empty line: earlier lines" },
  { keys: ["enter"], help: "carry out the command, keep the filter" },
  { keys: ["escape"], help: "leave the line, drop the filter" },
  { keys: ["ctrl-u", "ctrl-w"], help: "clear the line, or its last word" },
  { keys: ["ctrl-a", "ctrl-e"], help: "to the beginning, to the end" },
];

type Completed = FilterPrompt | CommandPrompt;

/** Lines of each kind that are remembered. */
const MOST_REMEMBERED = 100;

const BY: ReadonlyMap<string, number> = new Map([
  ["tab", 1],
  ["down", 1],
  ["shift-tab", -1],
  ["up", -1],
]);

/** Handles a key of a line that is typed. */
export function inPrompt(before: State, prompt: Prompt, key: string, context: Context): Step {
  if (key === "ctrl-z") return { state: before, effect: { type: "suspend" } };
  const state = { ...before, message: null };
  if (key === "escape") return { state: closePrompt(state, false), effect: null };
  if (key === "enter") return ended(state, prompt, context);
  const by = BY.get(key);
  if (prompt.kind === "annotation" || by === undefined) {
    const edited = edit(prompt, key);
    if (edited === null) return { state, effect: null };
    const typed = edited.kind === "annotation" ? edited : { ...edited, choice: null, past: null };
    return { state: { ...state, prompt: typed }, effect: null };
  }
  const isOfPast = (key === "up" || key === "down") && isUnchanged(prompt);
  const next = isOfPast ? fromPast(state, prompt, -by) : completed(state, by, context);
  return { state: next, effect: null };
}

/** Puts pasted text into what is being typed: a line, or the text that narrows a list. */
export function pastedIn(state: State, text: string): State {
  const { prompt, chooser } = state;
  if (prompt !== null) return { ...state, prompt: pasted(prompt, text) };
  if (chooser === null)
    return say(state, "pasting works in a text field: / filters, t tags, e notes");
  const typed = insert({ text: chooser.text, at: [...chooser.text].length }, text).text;
  return { ...state, chooser: { ...chooser, text: typed.trim(), at: null } };
}

function pasted(prompt: Prompt, text: string): Prompt {
  const next = insert(prompt, text);
  return next.kind === "annotation" ? next : { ...next, choice: null, past: null };
}

/** Whether up and down go through what was typed before: in an empty line, and in what they have brought. */
function isUnchanged({ text, past = null, choice = null }: Completed): boolean {
  return choice === null && (text === "" || past !== null);
}

/** Brings a line that was typed before; `by` 1 is an earlier one. */
function fromPast(state: State, prompt: Completed, by: number): State {
  const lines = prompt.kind === "command" ? state.settings.commands : state.settings.filters;
  const past = (prompt.past ?? -1) + by;
  if (past >= lines.length || past < -1) return state;
  const text = lines.at(-1 - past) ?? "";
  const shown = past < 0 ? "" : text;
  const brought = { ...prompt, text: shown, at: [...shown].length, past: past < 0 ? null : past };
  return { ...state, prompt: brought };
}

function ended(state: State, prompt: Prompt, context: Context): Step {
  if (prompt.kind === "annotation") return { state: closePrompt(state, true), effect: null };
  const line = prompt.text.trim();
  if (prompt.kind === "filter")
    return { state: remembered(closePrompt(state, true), "filters", line), effect: null };
  const closed = { ...remembered(state, "commands", line), prompt: null };
  try {
    const done = carryOut(closed, line, context);
    return "type" in done ? { state: closed, effect: done } : { state: done, effect: null };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { state: { ...state, message: error.message }, effect: null };
  }
}

/** Keeps a line as the last one of its kind. */
function remembered(state: State, kind: "commands" | "filters", line: string): State {
  if (line === "") return state;
  const others = state.settings[kind].filter((one) => one !== line);
  return adjusted(state, { [kind]: [...others, line].slice(-MOST_REMEMBERED) });
}
