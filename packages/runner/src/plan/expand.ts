import type { GridConfig } from "../config/config.ts";
import { differences } from "./differences.ts";
import { labeller } from "./label.ts";
import type { PlannedConfig } from "./planned.ts";
import { toRunSpec } from "./to-run-spec.ts";

/** The runs of a config, slowest first: variants, zip, the grid's keys, seeds; then what is included. */
export function expandGrid({ name: grid, seeds, cells }: GridConfig): PlannedConfig[] {
  const labelOf = labeller(cells);
  const runs = cells.flatMap((cell) =>
    cell.seeds.map((seed) => ({
      cell,
      resolved: { ...cell.config, seed },
      label: labelOf(cell, seeds.length > 1 ? seed : null),
    })),
  );
  const differs = differences(runs.map((run) => run.resolved));
  return runs.map(({ cell, resolved, label }, i) => ({
    name: `${grid}/${label}`,
    label,
    variant: cell.variant,
    variantDescription: cell.variantDescription,
    at: cell.at,
    resolved,
    spec: toRunSpec(resolved),
    differs: differs[i] ?? {},
  }));
}
