/** Commands about the screen and the program: views, panes, colours, the mouse, leaving. */
import { PANE_SIZE_KEYS } from "../keys/pane-keys.ts";
import { isSameRow, ROWS } from "../keys/rows.ts";
import { type Effect, type State, say, show } from "../state/state.ts";
import { VIEW_NAMES, VIEWS } from "../views/registry.ts";
import type { Context, KeyRow } from "../views/view.ts";
import { type Command, candidates, ON_OFF, oneOf } from "./command.ts";
import { sharedView } from "./share.ts";

const PANES: Readonly<Record<string, KeyRow>> = {
  wider: ROWS.wider,
  narrower: ROWS.narrower,
  full: ROWS.maximise,
  hide: ROWS.hidePane,
};

export const SCREEN_COMMANDS: readonly Command[] = [
  {
    name: "view",
    usage: "NAME",
    help: `show a view: ${VIEW_NAMES.join(", ")}; its name alone does so, too`,
    example: "charts",
    complete: () => VIEWS.map(({ name, help }) => ({ text: name, what: help })),
    run: (state, text) => show(state, oneOf(text, VIEW_NAMES, "view")),
  },
  ...VIEWS.map(
    ({ name, help }): Command => ({
      name,
      usage: "",
      help: `show ${help}`,
      example: "",
      run: (state) => show(state, name),
    }),
  ),
  {
    name: "pane",
    usage: Object.keys(PANES).join("|"),
    help: "resize, maximise or hide the focused pane",
    example: "wider",
    complete: () => candidates(Object.keys(PANES), "pane"),
    run: (state, text, context) =>
      resized(state, PANES[oneOf(text, Object.keys(PANES), "change")], context),
  },
  {
    name: "theme",
    usage: "dark|light",
    help: "the terminal's background",
    example: "light",
    complete: () => candidates(["dark", "light"], "background"),
    run: (_, text) => ({
      type: "theme",
      background: oneOf(text, ["dark", "light"] as const, "theme"),
    }),
  },
  {
    name: "mouse",
    usage: "on|off",
    help: "whether the UI or the terminal uses the mouse",
    example: "off",
    complete: () => candidates(ON_OFF, "mouse"),
    run: (state, text) => {
      const { isMouse } = state.settings;
      if (text !== "" && (oneOf(text, ON_OFF, "choice") === "on") === isMouse)
        return say(state, `the mouse is ${isMouse ? "on" : "off"} already`);
      return { type: "mouse" };
    },
  },
  {
    name: "command",
    aliases: ["share"],
    usage: "",
    help: "copy a command line that shows the same screen",
    example: "",
    run: (state, _, context) => ({
      ...{ type: "clip", text: sharedView(state, context) },
      said: "the command line that shows this is on the clipboard",
    }),
  },
  {
    name: "help",
    usage: "",
    help: "keys and commands",
    example: "",
    run: (state) => ({ ...state, isHelp: true, helpText: "", scroll: 0 }),
  },
  {
    name: "quit",
    aliases: ["q"],
    usage: "",
    help: "quit",
    example: "",
    run: () => ({ type: "quit" }),
  },
];

/** Does what a key of panes does. */
function resized(state: State, row: KeyRow | undefined, context: Context): State | Effect {
  const act = PANE_SIZE_KEYS.find((one) => row !== undefined && isSameRow(one, row))?.act;
  return typeof act === "function" ? act(state, context) : state;
}
