/** The pane beside the table of runs: what matters of the run or group under its cursor. */
import { PAGE_KEYS } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import { show } from "../../state/state.ts";
import { cutLine, type Line, piece } from "../../text/line.ts";
import { statesLine } from "../states.ts";
import { type Canvas, type Drawn, emptyView, NO_SHEET, type View } from "../view.ts";

export const essenceView: View = {
  name: "essence",
  title: "Run",
  key: "",
  help: "what matters of a run",
  draw: drawEssence,
  keys: [
    ...PAGE_KEYS,
    bind(ROWS.enter, (state, { scene }) => {
      const run = scene.focused?.members[0]?.name;
      return run === undefined ? state : { ...show(state, "run"), opened: run };
    }),
  ],
};

function drawEssence({ scene, columns }: Canvas): Drawn {
  const { focused } = scene;
  if (focused === undefined) return emptyView("no run");
  const lines: Line[] = [
    [{ text: ` ${focused.title}`, bold: true }],
    [piece(" "), ...statesLine(focused.members)],
  ];
  return { lines: lines.map((one) => cutLine(one, columns)), sheet: () => NO_SHEET };
}
