import type { Cell, GridConfig } from "../spec/config.ts";
import { differences } from "./differences.ts";
import { labelOf } from "./label.ts";
import type { PlannedConfig } from "./planned.ts";
import { toRunSpec } from "./to-run-spec.ts";

/** The runs of a config, slowest first: variants, the grid's keys in order, seeds. */
export function expandGrid(config: GridConfig): PlannedConfig[] {
  const { name: grid, seeds } = config;
  const runs = config.cells.flatMap((cell) =>
    seeds.map((seed) => ({ cell, resolved: { ...cell.config, seed }, ...names(cell, seed) })),
  );
  const differs = differences(runs.map((run) => run.resolved));

  function names(cell: Cell, seed: number): { readonly name: string; readonly label: string } {
    const label = labelOf(cell, seeds.length > 1 ? seed : null);
    return { label, name: `${grid}/${label}` };
  }

  return runs.map(({ cell, resolved, name, label }, i) => ({
    name,
    label,
    variant: cell.variant,
    variantDescription: cell.variantDescription,
    resolved,
    spec: toRunSpec(resolved),
    differs: differs[i] ?? {},
  }));
}
