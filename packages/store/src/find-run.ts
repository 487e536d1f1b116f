import type { Database } from "better-sqlite3";
import { StoreError } from "./store-error.ts";

/** How many candidates an ambiguous name lists. */
const LISTED = 10;

const begins = (column: string) => `substr(${column}, 1, length(@text)) = @text`;

/** Whole names, from the strictest reading of a text to the loosest. */
const WHOLE: readonly string[] = ["r.name = @text", "r.hash = @text", "g.label = @text"];

const BEGINNING: string = `${begins("r.name")} or ${begins("g.label")} or ${begins("r.hash")}`;

/** Makes the function that finds the name of the run a text means; `whole`: not by its beginning. */
export function runFinder(
  database: Database,
  { whole = false }: { readonly whole?: boolean } = {},
): (text: string) => string | undefined {
  const readings = [...WHOLE, ...(whole ? [] : [BEGINNING])].map((condition) =>
    database
      .prepare<[{ text: string }], string>(
        `select distinct r.name from run r left join grid_run g on g.run_id = r.id
         where ${condition} order by r.id`,
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
