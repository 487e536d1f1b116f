/** The view Run: one run in full, as a page. */
import { CURVE_KEYS } from "../../keys/curve-keys.ts";
import { nextPart, PAGE_KEYS, RUN_KEYS, toggleAlone } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import { choosing, toggled } from "../../keys/table-keys.ts";
import { adjusted } from "../../state/state.ts";
import type { Chooser, View } from "../view.ts";
import { drawRun } from "./draw-run.ts";

const PARAMETERS: Chooser = {
  name: "parameters",
  title: "parameters",
  hint: "space shows or hides, enter closes",
  items: (_, { allParameters, parameters }) =>
    allParameters.map((id) => ({ id, title: id, isChosen: parameters.includes(id) })),
  choose: (state, { allParameters, parameters }, id) =>
    adjusted(state, { parameters: toggled(parameters, id, allParameters) }),
};

export const runView: View = {
  name: "run",
  title: "Run",
  key: "3",
  help: "one run in full",
  draw: drawRun,
  isOfOneRun: true,
  subject: ({ run }) => run,
  choosers: [PARAMETERS],
  keys: [
    ...PAGE_KEYS,
    ...RUN_KEYS,
    ...CURVE_KEYS,
    bind(ROWS.enter, toggleAlone),
    bind(ROWS.pane, nextPart),
    choosing(PARAMETERS),
  ],
};
