/** What stands below the bands, or alone: one of four panels about the layer under the cursor. */
import { PANELS, type PanelName } from "../../state/settings.ts";
import { fitLine, type Line, line, lineWidth, type Piece, piece } from "../../text/line.ts";
import { depthPanel } from "./depth-panel.ts";
import { normPanel } from "./norm-panel.ts";
import type { Panel, PanelSpec } from "./panel-spec.ts";
import { saturationPanel } from "./saturation-panel.ts";
import { stepsPanel } from "./steps-panel.ts";

const PANEL_DRAWERS = {
  depth: depthPanel,
  steps: stepsPanel,
  saturation: saturationPanel,
  norm: normPanel,
} as const;

export const PANEL_TITLES: Readonly<Record<PanelName, string>> = {
  depth: "over depth",
  steps: "over steps",
  saturation: "saturation map",
  norm: "batch norm",
};

/** Draws the panel under a line that names all panels, in at most the rows of its box. */
export function drawPanel({ box, ...spec }: PanelSpec): Panel {
  const { panel } = spec.canvas.state.settings;
  const drawn = PANEL_DRAWERS[panel]({ ...spec, box: { ...box, rows: box.rows - 1 } });
  return { ...drawn, lines: [names(spec, box.columns), ...drawn.lines].slice(0, box.rows) };
}

function names({ canvas, layer }: Omit<PanelSpec, "box">, columns: number): Line {
  const { panel } = canvas.state.settings;
  const titles = PANELS.flatMap((one): Piece[] => [
    one === panel
      ? { text: ` ${PANEL_TITLES[one]} `, bold: true, inverse: true }
      : piece(` ${PANEL_TITLES[one]} `, "muted"),
    piece("─", "muted"),
  ]);
  const about = panel === "depth" ? "" : ` ${layer} `;
  const left = line(piece("─", "muted"), ...titles, about);
  const keys = piece(" tab another ─", "muted");
  const rule = "─".repeat(Math.max(0, columns - lineWidth(left) - lineWidth([keys])));
  return rule === "" ? fitLine(left, columns) : [...left, piece(rule, "muted"), keys];
}
