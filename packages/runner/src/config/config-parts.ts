/** What a config file says, part by part, and one file's parts on top of another's. */
import type { Problem } from "./config-error.ts";
import {
  type GridFactor,
  type Row,
  readGrid,
  readInclude,
  readVariants,
  readZip,
  type Variant,
} from "./grid.ts";
import { GRID_KEYS } from "./grid-keys.ts";
import { merge } from "./merge.ts";
import { type Condition, type Rule, readExclude, readWhen } from "./rules.ts";
import { type MapNode, mapNode } from "./tree.ts";

export type ConfigParts = {
  /** Everything that is not about the grid. */
  readonly base: MapNode;
  readonly variants: readonly Variant[];
  readonly zip: readonly Row[] | null;
  readonly factors: readonly GridFactor[];
  readonly when: readonly Condition[];
  readonly exclude: readonly Rule[] | null;
  readonly include: readonly Row[] | null;
};

export function readParts(root: MapNode, problems: Problem[]): ConfigParts {
  const entries = new Map(root.entries);
  for (const key of GRID_KEYS) entries.delete(key);
  return {
    base: mapNode(root.at, entries),
    variants: readVariants(root, problems),
    zip: readZip(root, problems),
    factors: readGrid(root, problems),
    when: readWhen(root, problems),
    exclude: readExclude(root, problems),
    include: readInclude(root, problems),
  };
}

/** What a file does not inherit: they name its own grid. */
const OWN: readonly string[] = ["name", "description"];

/** A file's parts on top of those of the file that it extends. */
export function extendParts(below: ConfigParts, above: ConfigParts): ConfigParts {
  const inherited = new Map([...below.base.entries].filter(([key]) => !OWN.includes(key)));
  return {
    base: mapNode(above.base.at, merge(mapNode(above.base.at, inherited), above.base).entries),
    variants: onTop(below.variants, above.variants, {
      key: ({ name }) => name,
      put: (old, own) => ({
        ...own,
        description: own.description === "" ? old.description : own.description,
        tree: merge(old.tree, own.tree),
      }),
    }),
    zip: above.zip ?? below.zip,
    factors: onTop(below.factors, above.factors, { key: ({ key }) => key, put: (_, own) => own }),
    when: onTop(below.when, above.when, { key: ({ key }) => key, put: (_, own) => own }),
    exclude: above.exclude ?? below.exclude,
    include: above.include ?? below.include,
  };
}

/** The old members in their order, each with the new one of its key put on top, then the new keys. */
function onTop<T>(
  old: readonly T[],
  own: readonly T[],
  { key, put }: { readonly key: (member: T) => string; readonly put: (old: T, own: T) => T },
): T[] {
  const members = new Map(old.map((member) => [key(member), member]));
  for (const member of own) {
    const present = members.get(key(member));
    members.set(key(member), present === undefined ? member : put(present, member));
  }
  return [...members.values()];
}
