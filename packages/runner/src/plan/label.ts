import { shortKey } from "@ablate/store";
import type { Cell } from "../config/config.ts";

const LONGEST_NAME = 80;

/**
 * Gives the names of a config's cells: the variant's name and the keys that differ by as few of their
 * last segments as tell them apart, then the seed where there are several, joined by `-`
 * (`v5-embedding=10-seed=43`). Nothing of these: `run`, or `base` beside others.
 */
export function labeller(
  cells: readonly Pick<Cell, "variant" | "factors">[],
): (cell: Pick<Cell, "variant" | "factors">, seed: number | null) => string {
  const keys = [...new Set(cells.flatMap((cell) => cell.factors.map(({ key }) => key)))];
  const short = new Map(keys.map((key) => [key, shortKey(key, keys)]));
  const nothing = cells.length > 1 ? "base" : "run";
  return ({ variant, factors }, seed) => {
    const parts = [
      ...(variant === null ? [] : [variant]),
      ...factors.map(({ key, text }) => `${short.get(key)}=${text}`),
      ...(seed === null ? [] : [`seed=${seed}`]),
    ];
    return parts.length === 0 ? nothing : parts.join("-");
  };
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
