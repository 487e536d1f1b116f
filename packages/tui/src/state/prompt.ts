/** A line of text that is being typed. */
import { clean } from "../text/width.ts";
import type { ViewSettings } from "./settings.ts";
import type { Prompt, PromptKind, State } from "./state.ts";

export type Edit =
  | { readonly type: "insert"; readonly text: string }
  | {
      readonly type: "backspace" | "delete" | "left" | "right" | "home" | "end" | "clear" | "word";
    };

/** What a prompt asks for. */
export const PROMPTS: Readonly<
  Record<PromptKind, { readonly label: string; readonly hint: string }>
> = {
  filter: { label: "filter", hint: "words, state:running, train.lr>=0.1, has:tag, and, or, not" },
  findings: {
    label: "filter findings",
    hint: "words, level:error, rule:dead, layer:hidden1, step>0",
  },
  tag: { label: "tags", hint: "tags to add; -tag removes one" },
  "grid-tag": { label: "tags of the grid", hint: "tags to add; -tag removes one" },
  note: { label: "note", hint: "empty removes it" },
  "grid-note": { label: "note to the grid", hint: "empty removes it" },
  rename: { label: "new name", hint: "letters, digits and . _ = -" },
};

export function openPrompt(
  state: State,
  kind: PromptKind,
  { targets, text }: { readonly targets: readonly string[]; readonly text: string },
): State {
  if (!FILTERS.has(kind) && targets.length === 0)
    return { ...state, message: "there is no run here" };
  return { ...state, prompt: { kind, text, at: [...text].length, targets } };
}

/** Prompts that take effect as they are typed and are for no run. */
const FILTERS: ReadonlySet<PromptKind> = new Set(["filter", "findings"]);

/** The text after a key of a line editor. */
export function edit(prompt: Prompt, change: Edit): Prompt {
  const chars = [...prompt.text];
  const before = chars.slice(0, prompt.at);
  const after = chars.slice(prompt.at);
  switch (change.type) {
    case "insert": {
      const added = [...clean(change.text)];
      return put(prompt, [...before, ...added], after);
    }
    case "backspace":
      return put(prompt, before.slice(0, -1), after);
    case "delete":
      return put(prompt, before, after.slice(1));
    case "word":
      return put(prompt, [...before.join("").replace(/\S*\s*$/, "")], after);
    case "clear":
      return put(prompt, [], after);
    case "left":
      return put(prompt, before.slice(0, -1), [...before.slice(-1), ...after]);
    case "right":
      return put(prompt, [...before, ...after.slice(0, 1)], after.slice(1));
    case "home":
      return put(prompt, [], chars);
    case "end":
      return put(prompt, chars, []);
  }
}

/** A filter takes effect as it is typed; leaving its prompt keeps or drops it. */
export function closePrompt(state: State, isKept: boolean): State {
  const { prompt } = state;
  if (prompt === null) return state;
  return {
    ...state,
    settings: isKept ? filtered(state.settings, prompt) : state.settings,
    prompt: null,
  };
}

function filtered(settings: ViewSettings, { kind, text }: Prompt): ViewSettings {
  if (kind === "filter") return { ...settings, filter: text.trim() };
  return kind === "findings" ? { ...settings, findingFilter: text.trim() } : settings;
}

function put(prompt: Prompt, before: readonly string[], after: readonly string[]): Prompt {
  return { ...prompt, text: [...before, ...after].join(""), at: before.length };
}
