/** Which findings the view Findings lists, and where its cursor is. */
import type { FindingList } from "../../data/findings.ts";
import { currentFilter } from "../../state/prompt.ts";
import { type Scene, scenePart } from "../../state/scene.ts";

export type ShownFindings = { readonly list: FindingList; readonly at: number };

/** Lists the findings of one run, or of the marked runs that the filter leaves, without marks of all of them. */
export const shownFindings: (scene: Scene) => ShownFindings = scenePart(
  ({ state, run, table, readers: { findings } }) => {
    const { findingScope, marks } = state.settings;
    const marked = table.matches.filter(({ run: name }) => marks.includes(name));
    const runs =
      findingScope === "run"
        ? [run].filter((one) => one !== undefined)
        : marked.length > 0
          ? marked
          : table.matches;
    const list = findings.list(runs, currentFilter(state, "findingFilter"));
    const at = list.items.findIndex(({ key }) => key === state.finding);
    return { list, at: at < 0 && list.items.length > 0 ? 0 : at };
  },
);
