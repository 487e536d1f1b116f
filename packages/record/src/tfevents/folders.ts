/** Which event files are one run: those of a folder, and those of folders in it that are parts of it. */
import { basename, dirname, join, relative } from "node:path";
import type { FoundFile } from "../log.ts";
import { EXPERIMENT, fileIdentity, firstTags, SETTINGS } from "./first-events.ts";

/** An event file of a run, and what the metrics in it are called. */
export type RunFile = {
  readonly path: string;
  readonly nameOf: (tag: string) => string;
  /** Whether it comes after another one of its folder. */
  readonly isLater: boolean;
};

export type RunFolder = {
  readonly grid: string;
  readonly label: string;
  readonly folder: string;
  readonly identity: string;
  readonly files: readonly RunFile[];
};

/** A folder with event files, in the order in which they were begun. */
type Part = {
  readonly folder: string;
  readonly files: readonly FoundFile[];
  readonly tags: readonly string[];
};

/** Finds the runs of event files. */
export function runFolders(files: readonly FoundFile[]): readonly RunFolder[] {
  const parts = new Map(
    [...Map.groupBy(files, ({ path }) => dirname(path))].map(([folder, own]) => {
      const ordered = inOrder(own);
      return [folder, { folder, files: ordered, tags: ordered.flatMap(firstTags) }];
    }),
  );
  const placed = [...parts.values()].flatMap((part) => {
    const place = placeOf(part, parts);
    return place === null ? [] : [{ part, ...place }];
  });
  const runs = Map.groupBy(placed, ({ run }) => run);
  const root = commonFolder([...runs.keys()]);
  return [...runs]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, all]) => {
      const own = all.sort((a, b) => orderOf(a.part, folder) - orderOf(b.part, folder));
      const [first] = own[0]?.part.files ?? [];
      return {
        ...namesOf(folder, root),
        folder,
        identity: fileIdentity(basename(first?.path ?? ""), first?.head ?? Buffer.alloc(0)),
        files: own.flatMap(({ part, metricOf }) =>
          part.files.map(({ path }, i) => ({ path, nameOf: metricOf, isLater: i > 0 })),
        ),
      };
    });
}

/** Orders the parts of a run so that the one that is there from its beginning on comes first. */
function orderOf({ folder }: Part, run: string): number {
  if (folder === join(run, "train")) return 0;
  return folder === run ? 1 : 2;
}

/** Names of event files have the second in which their writer began. */
const SECOND = /tfevents\.(\d+)\./;

function inOrder(files: readonly FoundFile[]): FoundFile[] {
  const secondOf = ({ path }: FoundFile): number => Number(SECOND.exec(basename(path))?.[1] ?? 0);
  return [...files].sort((a, b) => secondOf(a) - secondOf(b) || (a.path < b.path ? -1 : 1));
}

type Place = { readonly run: string; readonly metricOf: (tag: string) => string };

const asItIs = (tag: string): string => tag;

/**
 * Says of which run a folder is part, and how its metrics are called there; null: it has nothing to tell yet, and may
 * turn out to be part of the folder above it.
 */
function placeOf(part: Part, parts: ReadonlyMap<string, Part>): Place | null {
  const { folder, tags } = part;
  const [above, name] = [dirname(folder), basename(folder)];
  if (isOfKeras(part)) {
    return { run: above, metricOf: name === "train" ? asItIs : (tag) => `${name}/${tag}` };
  }
  const scalars = groupOf(part, parts);
  if (scalars !== null) return scalars;
  const isWithin = isRun(parts.get(above));
  if (isWithin && tags.length === 0) return null;
  if (isWithin && isOnlySettings(part, parts)) return { run: above, metricOf: asItIs };
  return isRun(part) ? { run: folder, metricOf: asItIs } : null;
}

/** Says whether a folder is one of the two that Keras' callback writes of one training. */
function isOfKeras({ folder, files }: Part): boolean {
  const name = basename(folder);
  return (
    (name === "train" || name === "validation") && files.every(({ path }) => path.endsWith(".v2"))
  );
}

/** Finds the run of a folder that `add_scalars` has made for one of its series: `TAG_KEY`, or `TAG/KEY`. */
function groupOf({ folder, tags }: Part, parts: ReadonlyMap<string, Part>): Place | null {
  const [tag, ...others] = tags;
  if (tag === undefined || others.length > 0) return null;
  const [above, name] = [dirname(folder), basename(folder)];
  // A folder of another kind that is called so has other tags, too.
  const metricOf = (key: string) => (other: string) =>
    other === tag ? `${tag}/${key}` : `${name}/${other}`;
  const start = `${tag.replaceAll("/", "_")}_`;
  if (parts.has(above) && name.startsWith(start)) {
    return { run: above, metricOf: metricOf(name.slice(start.length)) };
  }
  const run = join(above, ...tag.split("/").map(() => ".."));
  const isWithin = parts.has(run) && relative(run, above) === tag;
  return isWithin ? { run, metricOf: metricOf(name) } : null;
}

/** Says whether a folder is what `add_hparams` writes of the run above it: not where there are several, each a trial. */
function isOnlySettings(part: Part, parts: ReadonlyMap<string, Part>): boolean {
  if (!part.tags.includes(SETTINGS)) return false;
  const above = dirname(part.folder);
  const beside = [...parts.values()].filter(
    ({ folder, tags }) => dirname(folder) === above && tags.includes(SETTINGS),
  );
  return beside.length === 1 && !(parts.get(above)?.tags.includes(SETTINGS) ?? false);
}

/** Says whether a folder has more than the description of an experiment whose runs are in other folders. */
function isRun(part: Part | undefined): boolean {
  if (part === undefined) return false;
  return part.tags.length === 0 || part.tags.some((tag) => tag !== EXPERIMENT);
}

/** Returns the folder that all of these are in, or are. */
function commonFolder(folders: readonly string[]): string {
  const [first = "", ...others] = folders;
  let common = first;
  for (const folder of others) {
    while (folder !== common && !folder.startsWith(withSlash(common))) common = dirname(common);
  }
  return common;
}

function withSlash(folder: string): string {
  return folder.endsWith("/") ? folder : `${folder}/`;
}

/** Names a run by where its folder is in that of all runs, or in its own, where it is the only one. */
function namesOf(folder: string, root: string): Pick<RunFolder, "grid" | "label"> {
  const from = folder === root ? dirname(folder) : root;
  return { grid: basename(from) || "logs", label: relative(from, folder) || "run" };
}
