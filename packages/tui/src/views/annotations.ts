/** Tags and notes of a run's grid. */
import { type Line, piece } from "../text/line.ts";
import { clean } from "../text/width.ts";
import type { Canvas } from "./view.ts";

/** What is said of a grid; an empty line where nothing is. */
export function gridLine({ scene }: Pick<Canvas, "scene">, grid: string | null): Line {
  const said = grid === null ? undefined : scene.snapshot.grids.get(grid);
  if (grid === null || said === undefined) return [];
  const { tags, note } = said;
  return [
    piece(`grid ${clean(grid)}`, "muted"),
    ...(tags.length > 0 ? [piece(`  ${tags.join(", ")}`, "accent")] : []),
    ...(note === null ? [] : [piece(`  ${clean(note)}`)]),
  ];
}
