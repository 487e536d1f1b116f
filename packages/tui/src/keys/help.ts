/** The keys of the help: it scrolls, and what is typed is looked for. */
import { edit } from "../state/prompt.ts";
import { type State, scrolled } from "../state/state.ts";
import type { Context } from "../views/view.ts";

const CLOSED = { isHelp: false, helpText: "", scroll: 0 } as const;

/** Handles a key of the help. */
export function inHelp(state: State, key: string, { extent }: Context): State {
  const { helpText } = state;
  const page = Math.max(1, extent.pageRows - 3);
  const by = new Map([
    ["up", -1],
    ["down", 1],
    ["pageup", -page],
    ["ctrl-b", -page],
    ["pagedown", page],
    ["ctrl-f", page],
    ["home", Number.NEGATIVE_INFINITY],
    ["end", Number.POSITIVE_INFINITY],
  ]).get(key);
  if (by !== undefined) return scrolled(state, by, extent);
  if (key === "escape" && helpText !== "") return { ...state, helpText: "", scroll: 0 };
  const isClosing = key === "?" && helpText === "";
  if (isClosing || key === "escape" || key === "enter") return { ...state, ...CLOSED };
  if (key === "/" && helpText === "") return state; // what begins a search elsewhere
  const edited = edit({ text: helpText, at: [...helpText].length }, key);
  return edited === null ? state : { ...state, helpText: edited.text.trimStart(), scroll: 0 };
}
