/** The pane beside the table of runs: what matters of the run or group under its cursor. */
import { PAGE_KEYS, ROW_KEYS } from "../../keys/move-keys.ts";
import { bind, ROWS } from "../../keys/rows.ts";
import { type State, say, show } from "../../state/state.ts";
import { cutLine, type Line, piece } from "../../text/line.ts";
import { toEvidence } from "../evidence.ts";
import { worstFinding } from "../finding-lines.ts";
import {
  type BoundKey,
  type Canvas,
  type Context,
  type Drawn,
  emptyView,
  NO_SHEET,
  type View,
} from "../view.ts";
import { essenceLines } from "./essence-lines.ts";

const NAME = "essence";

export const essenceView: View = {
  name: NAME,
  isFlush: true,
  title: "Run",
  key: "",
  help: "details of a run",
  draw: drawEssence,
  keys: [...PAGE_KEYS, ...ROW_KEYS.map(fromTop), bind(ROWS.enter, enter)],
};

/** Makes a key begin at the top of the pane: what it shows next is another run. */
function fromTop({ act, ...row }: BoundKey): BoundKey {
  if (typeof act !== "function") return { ...row, act };
  return { ...row, act: (state, context) => ({ ...act(state, context), scroll: 0 }) };
}

/** Goes to the evidence of the most serious finding; of what is healthy to its page. */
function enter(state: State, { scene }: Context): State {
  const [first] = scene.focused?.members ?? [];
  if (first === undefined) return say(state, "there is no run to open");
  const worst = worstFinding(scene.readers, scene.focused?.members ?? []);
  if (worst !== undefined) return toEvidence(state, scene, worst);
  return { ...show(state, "run"), opened: first.name };
}

function drawEssence(canvas: Canvas): Drawn {
  const { scene, state, columns, rows } = canvas;
  const { focused } = scene;
  if (focused === undefined) return emptyView("no run");
  const lines = essenceLines(canvas, focused);
  const most = Math.max(0, lines.length - rows);
  const top = state.pane === NAME ? Math.min(state.scroll, most) : 0;
  const shown: Line[] = lines.slice(top, top + rows).map((one) => cutLine(one, columns));
  const below = lines.length - top - rows;
  if (below > 0) shown[rows - 1] = [piece(`  ↓ ${below + 1} more lines`, "muted")];
  return { lines: shown, pageLength: lines.length, sheet: () => NO_SHEET };
}
