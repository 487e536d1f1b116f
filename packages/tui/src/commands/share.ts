/** The command line that shows to somebody else what is shown here. */
import { shellWord } from "@ablate/text";
import { DEFAULT_SETTINGS } from "../state/settings.ts";
import type { State } from "../state/state.ts";
import type { Context } from "../views/view.ts";
import { curvesShown, hiddenTitles } from "./shown.ts";

/** Writes `ablate ui` with the flags that lead to the view, its filter, order, charts, steps and values. */
export function sharedView(state: State, context: Context): string {
  const { settings } = state;
  const { scene, store, view } = context;
  const { snapshot, run } = scene;
  const flags: [string, string | null][] = [
    ["view", settings.view],
    ["run", view.isOfOneRun && run !== undefined ? run.name : null],
    ["filter", settings.filter || null],
    ["grid", settings.grid],
    ["group", settings.group === DEFAULT_SETTINGS.group ? null : (settings.group ?? "none")],
    [
      "sort",
      settings.sort &&
        `${quotedWord(settings.sort.column)} ${settings.sort.isDescending ? "desc" : "asc"}`,
    ],
    ["columns", columnsText(state)],
    ["mark", settings.marks.map(quotedWord).join(" ") || null],
    ["baseline", settings.baseline && quotedWord(settings.baseline)],
    ...curvesShown(state, context),
    ["hide", hiddenTitles(state, scene).map(quotedWord).join(" ") || null],
  ];
  const of = snapshot.logs === null ? `--store ${shellWord(store)}` : snapshot.logs.title;
  const given = flags.flatMap(([name, value]) =>
    value === null ? [] : [`--${name}${value.startsWith("-") ? "=" : " "}${shellWord(value)}`],
  );
  return ["ablate ui", of, "--fresh", ...(settings.isAll ? ["--all"] : []), ...given].join(" ");
}

function columnsText({ settings: { shown, hidden } }: State): string | null {
  const words = [...shown.map((id) => `+${id}`), ...hidden.map((id) => `-${id}`)];
  return words.length === 0 ? null : words.map(quotedWord).join(" ");
}

/** Puts quotes around a word with spaces, for commands. */
function quotedWord(word: string): string {
  return /\s/.test(word) ? `"${word}"` : word;
}
