import { shortKey } from "@ablate/store";
import type { Cell } from "../spec/config.ts";

const LONGEST_NAME = 80;

/**
 * What a run is called in its grid: the variant's name, the grid's keys of more than one value by
 * their last segment, and the seed where there are several, joined by `-`
 * (`v5-embedding=10-seed=43`). Nothing of these: `run`.
 */
export function labelOf(cell: Pick<Cell, "variant" | "factors">, seed: number | null): string {
  const keys = cell.factors.map((factor) => factor.key);
  const parts = [
    ...(cell.variant === null ? [] : [cell.variant]),
    ...cell.factors.map(({ key, text }) => `${shortKey(key, keys)}=${text}`),
    ...(seed === null ? [] : [`seed=${seed}`]),
  ];
  return parts.length === 0 ? "run" : parts.join("-");
}

/** The label, shortened and ended by the hash's first characters where the name is too long or taken. */
export function fitName(
  grid: string,
  label: string,
  { hash, taken }: { readonly hash: string; readonly taken: ReadonlySet<string> },
): string {
  const room = LONGEST_NAME - grid.length - 1;
  if (label.length <= room && !taken.has(`${grid}/${label}`)) return label;
  const end = `-${hash.slice(0, 8)}`;
  return label.slice(0, room - end.length) + end;
}
