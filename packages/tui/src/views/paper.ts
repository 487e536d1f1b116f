/** What views give to figures: groups of runs as lines. */
import { colourKey } from "../data/looks.ts";
import type { ShownRun } from "../data/shown-run.ts";
import { rowOf, type TableRow } from "../data/table.ts";
import type { PaperGroup } from "../state/paper-chart.ts";
import type { Scene } from "../state/scene.ts";
import { slotFor } from "./looks.ts";

/** Returns what charts and comparisons show. */
export function chosenGroups(scene: Scene): readonly PaperGroup[] {
  return scene.chosen.map((row) => groupOf(scene, row));
}

/** Returns each of these runs as a group of its own. */
export function runGroups(scene: Scene, runs: readonly ShownRun[]): readonly PaperGroup[] {
  return runs.map((run) => ({ ...groupOf(scene, rowOf(run)), isHidden: false }));
}

function groupOf(scene: Scene, row: TableRow): PaperGroup {
  const isHidden = scene.state.settings.hiddenCurves.includes(colourKey(row));
  const runs = row.members.map(({ name }) => name);
  return { title: row.title, slot: slotFor(scene, row), isHidden, runs };
}
