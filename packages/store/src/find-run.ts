import type { Database } from "better-sqlite3";
import { StoreError } from "./store-error.ts";

/** How many candidates an ambiguous name lists. */
const LISTED = 10;

const begins = (text: string) => `substr(${text}, 1, length(@text)) = @text`;

/** What a run is called in one of its grids, which may not be the one that it is named after. */
const NAME_IN_GRID = "g.name || '/' || m.label";

/** Whole names, from the strictest reading of a text to the loosest. */
const WHOLE: readonly string[] = [
  "r.name = @text",
  `${NAME_IN_GRID} = @text`,
  "r.hash = @text",
  "m.label = @text",
];

const BEGINNING: string = ["r.name", NAME_IN_GRID, "m.label", "r.hash"].map(begins).join(" or ");

/** Runs and their grids; of what is in the trash those are meant that were there before. */
const FROM = {
  kept: `kept_run r left join kept_grid_run m on m.run_id = r.id
    left join kept_grid g on g.id = m.grid_id`,
  trash: `run r join trash_run t on t.run_id = r.id left join grid_run m on m.run_id = r.id
    left join grid g on g.id = m.grid_id`,
} as const;

/** Makes the function that finds the name of the run a text means; `whole`: not by its beginning. */
export function runFinder(
  database: Database,
  {
    whole = false,
    among = "kept",
  }: { readonly whole?: boolean; readonly among?: keyof typeof FROM } = {},
): (text: string) => string | undefined {
  const readings = [...WHOLE, ...(whole ? [] : [BEGINNING])].map((condition) =>
    database
      .prepare<[{ text: string }], string>(
        `select distinct r.name from ${FROM[among]} where ${condition} order by r.id`,
      )
      .pluck(),
  );
  return (text) => {
    if (text === "") return undefined;
    for (const reading of readings) {
      const names = reading.all({ text });
      if (names.length > 1) throw ambiguous(text, names);
      if (names.length === 1) return names[0];
    }
    return undefined;
  };
}

function ambiguous(text: string, names: readonly string[]): StoreError {
  const listed = names.slice(0, LISTED).join(", ");
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : "";
  return new StoreError(`"${text}" could be any of ${listed}${more}; say more of the name`);
}
