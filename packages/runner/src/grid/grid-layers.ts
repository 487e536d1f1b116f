/** Puts the command line's values on top of the parts of a config: what is walked to get its runs. */
import type { Factor as Label } from "../config/config.ts";
import type { Position, Problem } from "../config/config-error.ts";
import { type GridFactor, type Row, treeOf, whyCommon } from "../config/grid.ts";
import { mapOf } from "../config/merge.ts";
import type { OverrideTrees } from "../config/overrides.ts";
import type { ConfigParts } from "../config/read-files.ts";
import type { Rule } from "../config/rules.ts";
import { isNamed } from "../config/schema.ts";
import { type MapNode, toLabelText } from "../config/tree.ts";

/** Values to put on top of others, and how they read in a label. */
export type Option = {
  readonly at: Position;
  readonly tree: MapNode;
  readonly labels: readonly Label[];
};

export type Factor = {
  readonly key: string;
  readonly keyAt: Position;
  readonly options: readonly Option[];
};

export type GridLayers = Pick<ConfigParts, "base" | "variants" | "when"> & {
  readonly rows: readonly Option[];
  readonly factors: readonly Factor[];
  readonly exclude: readonly Rule[];
  readonly include: readonly Option[];
  /** Factors of the command line, which included runs have as well. */
  readonly setFactors: readonly Factor[];
  /** On top of everything. */
  readonly values: MapNode;
  /** Whether the command line gives this key, so that the file's own values do not count. */
  readonly isSet: (key: string) => boolean;
};

export function layerGrid(
  parts: ConfigParts,
  { values, keys, factors }: OverrideTrees,
  problems: Problem[],
): GridLayers {
  reportShared(parts, factors, problems);
  const isFixed = (key: string): boolean => [...keys].some((set) => isWithin(key, set));
  const isSet = (key: string): boolean =>
    isFixed(key) || factors.some((factor) => isWithin(key, factor.key));
  const setFactors = factors.filter(({ key }) => whyCommon(key) === null).map(toFactor);
  const replaced = new Map(setFactors.map((factor) => [factor.key, factor]));
  const kept = parts.factors
    .filter(({ key }) => (replaced.has(key) ? !isFixed(key) : !isSet(key)))
    .map((factor) => replaced.get(factor.key) ?? toFactor(factor));
  return {
    base: parts.base,
    variants: parts.variants,
    rows: rowsOf(parts.zip ?? [], isSet),
    factors: [...new Set([...kept, ...setFactors])],
    when: parts.when.filter(({ key }) => !isFixed(key)),
    exclude: parts.exclude ?? [],
    include: (parts.include ?? []).map((row) => toOption(row, isSet)),
    setFactors,
    values,
    isSet,
  };
}

/** Keys that all runs share whose values are text, in which a comma may be meant. */
const OF_TEXT: ReadonlySet<string> = new Set([
  "name",
  "description",
  "data.file",
  "data.validation",
  "data.test",
]);

function reportShared(
  { zip, factors }: ConfigParts,
  set: readonly GridFactor[],
  problems: Problem[],
): void {
  const zipped = new Set((zip ?? []).flatMap(({ leaves }) => leaves.map(({ key }) => key)));
  for (const { key, keyAt } of factors) {
    const other = [...zipped].find(
      (one) => isWithin(one, key) || (isWithin(key, one) && !isNamed(one)),
    );
    if (other !== undefined) {
      const message = `grid.${key}: is in zip as well; a key varies in one of them`;
      problems.push({ ...keyAt, message });
    }
  }
  for (const { key, keyAt } of set) {
    const why = whyCommon(key);
    if (why === null) continue;
    const value = keyAt.source.slice(keyAt.source.indexOf("=") + 1);
    const quoted = `; for one value that holds a comma write '${key}="${value}"'`;
    problems.push({ ...keyAt, message: `${key}: ${why}${OF_TEXT.has(key) ? quoted : ""}` });
  }
}

/** Tells whether a key is `other` or in it. */
export function isWithin(key: string, other: string): boolean {
  return `${key}.`.startsWith(`${other}.`);
}

/** Returns the rows of zip; their labels have the keys that are not the same in all of them. */
function rowsOf(zip: readonly Row[], isSet: (key: string) => boolean): Option[] {
  const options = zip.map((row) => toOption(row, isSet));
  if (options.every(({ tree }) => tree.entries.size === 0)) return [];
  const labels = Map.groupBy(
    options.flatMap((option) => option.labels),
    ({ key }) => key,
  );
  const varies = ({ key }: Label): boolean =>
    new Set(labels.get(key)?.map(({ text }) => text)).size > 1;
  return options.map((option) => ({ ...option, labels: option.labels.filter(varies) }));
}

/** Returns a row without what the command line gives. */
function toOption(row: Row, isSet: (key: string) => boolean): Option {
  const leaves = row.leaves.filter(({ key }) => !isSet(key));
  return {
    at: row.at,
    tree: treeOf({ at: row.at, leaves }),
    labels: leaves.map(({ key, value }) => ({ key, text: toLabelText(value) })),
  };
}

function toFactor({ key, keyAt, items }: GridFactor): Factor {
  return {
    key,
    keyAt,
    options: items.map((item) => ({
      at: item.at,
      tree: mapOf(key, item, keyAt),
      labels: items.length > 1 ? [{ key, text: toLabelText(item) }] : [],
    })),
  };
}
