/** A line of text that is being typed: a filter, or an annotation of runs. */

import type { Annotation } from "@ablate/store";
import type { ViewSettings } from "./settings.ts";
import type {
  AnnotationName,
  AnnotationPrompt,
  FilterField,
  Prompt,
  State,
  Typed,
} from "./state.ts";

type AnnotationField = {
  readonly label: string;
  readonly hint: string;
  readonly changeOf: (target: string, text: string) => Annotation;
};

const TAG: Omit<AnnotationField, "label"> = {
  hint: "tags to add; -tag removes one",
  changeOf: (target, text) => {
    const words = text.split(/[\s,]+/).filter(Boolean);
    const remove = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1));
    return { kind: "tag", target, add: words.filter((word) => !word.startsWith("-")), remove };
  },
};

const NOTE: Omit<AnnotationField, "label"> = {
  hint: "empty removes it",
  changeOf: (target, text) => ({ kind: "note", target, text: text.trim() }),
};

const ANNOTATIONS: Readonly<Record<AnnotationName, AnnotationField>> = {
  tag: { label: "tags", ...TAG },
  "grid-tag": { label: "tags of the grid", ...TAG },
  note: { label: "note", ...NOTE },
  "grid-note": { label: "note to the grid", ...NOTE },
  rename: {
    label: "new name",
    hint: "letters, digits and . _ = -",
    changeOf: (target, text) => ({ kind: "rename", target, name: text.trim() }),
  },
};

const COMMAND = { label: "", hint: "steps 100-300, sort valid, metrics acc; tab completes" };

/** Returns the words beside the text of a prompt. */
export function wordsOf(prompt: Prompt): { readonly label: string; readonly hint: string } {
  if (prompt.kind === "command") return COMMAND;
  return prompt.kind === "filter" ? prompt : ANNOTATIONS[prompt.annotation];
}

/** Returns the changes that a complete annotation makes, one for each target. */
export function changesOf({ annotation, targets, text }: AnnotationPrompt): Annotation[] {
  return targets.map((target) => ANNOTATIONS[annotation].changeOf(target, text));
}

/** Opens the prompt of a filter, with the filter as it is. */
export function openFilter(state: State, field: FilterField): State {
  const text = state.settings[field.setting];
  const isLast = state.settings.filters.at(-1) === text;
  const past = text === "" ? null : isLast ? 0 : -1;
  return { ...state, prompt: { kind: "filter", ...field, text, at: [...text].length, past } };
}

/** Opens the prompt of a command. */
export function openCommand(state: State): State {
  return { ...state, prompt: { kind: "command", text: "", at: 0 } };
}

/** Opens the prompt of an annotation, where there is something to annotate. */
export function openAnnotation(
  state: State,
  annotation: AnnotationName,
  { targets, text = "" }: { readonly targets: readonly string[]; readonly text?: string },
): State {
  if (targets.length === 0) return { ...state, message: "there is no run here" };
  const at = [...text].length;
  return { ...state, prompt: { kind: "annotation", annotation, targets, text, at } };
}

/** Returns the filter in effect: the one that is being typed, else the one in the settings. */
export function currentFilter(state: State, setting: FilterField["setting"]): string {
  const { prompt, settings } = state;
  const isTyped = prompt?.kind === "filter" && prompt.setting === setting;
  return isTyped ? prompt.text : settings[setting];
}

/** Closes the prompt; a filter is kept or dropped. */
export function closePrompt(state: State, isKept: boolean): State {
  const { prompt, settings } = state;
  if (!isKept || prompt?.kind !== "filter") return { ...state, prompt: null };
  const kept: Partial<ViewSettings> = { [prompt.setting]: prompt.text.trim() };
  return { ...state, settings: { ...settings, ...kept }, prompt: null };
}

/** What nobody types: it would be escaped on the screen, and stored unseen. */
const UNTYPED = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** Puts typed or pasted text where the cursor is. */
export function insert<P extends Typed>(prompt: P, text: string): P {
  const { before, after } = around(prompt);
  return put(prompt, [...before, ...text.replace(UNTYPED, " ")], after);
}

/** Returns the prompt after a key of a line editor; null for any other key. */
export function edit<P extends Typed>(prompt: P, key: string): P | null {
  const { before, after } = around(prompt);
  switch (key) {
    case "backspace":
      return put(prompt, before.slice(0, -1), after);
    case "delete":
      return put(prompt, before, after.slice(1));
    case "ctrl-w":
      return put(prompt, [...before.join("").replace(/\S*\s*$/, "")], after);
    case "ctrl-u":
      return put(prompt, [], after);
    case "left":
      return put(prompt, before.slice(0, -1), [...before.slice(-1), ...after]);
    case "right":
      return put(prompt, [...before, ...after.slice(0, 1)], after.slice(1));
    case "home":
    case "ctrl-a":
      return put(prompt, [], [...before, ...after]);
    case "end":
    case "ctrl-e":
      return put(prompt, [...before, ...after], []);
    default:
      return [...key].length === 1 ? insert(prompt, key) : null;
  }
}

/** Splits a text at the cursor. */
function around({ text, at }: Typed): Readonly<Record<"before" | "after", string[]>> {
  const chars = [...text];
  return { before: chars.slice(0, at), after: chars.slice(at) };
}

function put<P extends Typed>(prompt: P, before: readonly string[], after: readonly string[]): P {
  return { ...prompt, text: [...before, ...after].join(""), at: before.length };
}
