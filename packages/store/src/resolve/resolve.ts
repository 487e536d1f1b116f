/** Which runs a word of the command line means, by the rules that docs/filter.md states. */
import { firstOf } from "@ablate/text";
import { withoutSeed } from "../analysis/factors.ts";
import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";

/** What a word means. */
export type Meaning = {
  /** The grid of this name; null where the word means runs. */
  readonly grid: string | null;
  /** Names of the runs it means, in the order of planning; empty for a grid. */
  readonly runs: readonly string[];
  /** What the word is: a name of the grid or the runs, one that the runs had before they were renamed, or a filter. */
  readonly by: "name" | "former name" | "filter";
};

export type ResolveOptions = {
  /** Whether the name of a grid will do. */
  readonly grids?: boolean;
  /** Accepts whole names only: no beginning of a name, no filter that looks like a name. */
  readonly whole?: boolean;
  /** Finds runs by a filter; with it a word may mean several runs. */
  readonly matching?: (filter: string) => readonly string[];
  /** Whether to search what is kept or what is in the trash. */
  readonly among?: keyof typeof FROM;
};

/** SQL of the runs with their grids; for the trash, with the grids that they were in before. */
const FROM = {
  kept: `kept_run r left join kept_grid_run m on m.run_id = r.id
    left join kept_grid g on g.id = m.grid_id`,
  trash: `run r join trash_run t on t.run_id = r.id left join grid_run m on m.run_id = r.id
    left join grid g on g.id = m.grid_id`,
} as const;

/** What a run is called in one of its grids, which may not be the one that it is named after. */
const NAME_IN_GRID = "g.name || '/' || m.label";

/** Whole names, from the strictest reading of a word to the loosest. */
const WHOLE: readonly string[] = [
  "r.name = @word",
  `${NAME_IN_GRID} = @word`,
  "r.hash = @word",
  "m.label = @word",
];

/** Names that runs had before they were renamed, then labels. */
const FORMER: readonly string[] = [
  "r.id in (select run_id from former_name where name = @word)",
  "r.id in (select run_id from former_name where substr(name, instr(name, '/') + 1) = @word)",
];

const BEGINNING: string = ["r.name", NAME_IN_GRID, "m.label", "r.hash"]
  .map((text) => `substr(${text}, 1, length(@word)) = @word`)
  .join(" or ");

/**
 * Finds the grid or the runs that a word means; undefined where it means none.
 *
 * @throws StoreError - if it means several runs where one is wanted, or is a filter that none matches
 */
export function resolve(
  sql: Statements,
  word: string,
  { grids = false, whole = false, matching, among = "kept" }: ResolveOptions = {},
): Meaning | undefined {
  if (word === "") return undefined;
  const isGrid = grids && sql.value("select 1 from kept_grid where name = ?", word) !== undefined;
  if (isGrid) return { grid: word, runs: [], by: "name" };
  const severalWill = matching !== undefined && !whole;
  const named = (condition: string): string[] =>
    sql.values(`select distinct r.name from ${FROM[among]} where ${condition} order by r.id`, {
      word,
    });
  for (const condition of WHOLE) {
    const runs = named(condition);
    if (runs.length > 0) return meaning(severalWill ? runs : [onlyOne(word, runs)]);
  }
  const several = severalWill ? ofSeeds(sql, word) : [];
  if (several.length > 0) return meaning(several);
  for (const condition of FORMER) {
    const runs = named(condition);
    const meant = severalWill || runs.length === 0 ? runs : [onlyOne(word, runs)];
    if (meant.length > 0) return meaning(meant, "former name");
  }
  if (matching !== undefined && (!whole || isSurelyFilter(word))) {
    const runs = matching(word);
    if (runs.length > 0) return meaning(runs, "filter");
    if (!couldBeName(word) || whole) {
      throw new StoreError(`no run matches ${word}; \`ablate runs\` lists all`);
    }
  }
  const beginning = whole ? [] : named(BEGINNING);
  return beginning.length === 0 ? undefined : meaning([onlyOne(word, beginning)]);
}

function meaning(runs: readonly string[], by: Meaning["by"] = "name"): Meaning {
  return { grid: null, runs, by };
}

/** Says whether a word has only characters of names, though it may be a filter, too. */
export function couldBeName(word: string): boolean {
  return /^[\w./=-]+$/.test(word);
}

function isSurelyFilter(word: string): boolean {
  return !couldBeName(word) || word.includes("=");
}

/** Finds the runs whose name or label is this word and a seed. */
function ofSeeds(sql: Statements, word: string): string[] {
  const rows = sql.rows<{ readonly name: string; readonly label: string | null }>(
    `select r.name as name, m.label as label from ${FROM.kept} order by r.id`,
  );
  const isMeant = (text: string | null) => text !== null && withoutSeed(text) === word;
  const meant = rows.filter(({ name, label }) => isMeant(name) || isMeant(label));
  return [...new Set(meant.map(({ name }) => name))];
}

/** How many candidates an ambiguous name lists. */
const MOST_LISTED = 10;

function onlyOne(word: string, names: readonly string[]): string {
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  const few = firstOf(names, MOST_LISTED);
  if (names.every((name) => name.startsWith(`${word}/`))) {
    throw new StoreError(`"${word}" is a grid of ${names.length} runs; name one of them: ${few}`);
  }
  throw new StoreError(`"${word}" could be any of ${few}; give a longer name`);
}
