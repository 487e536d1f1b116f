/** Milliseconds of the first frame of a store of many runs, and of the keys of a filter that is typed over them. */
import { join } from "node:path";
import { type Figure, figureOf } from "./figures.ts";
import { writeMany } from "./many.ts";
import { Program } from "./program.ts";
import { environmentFor } from "./settings.ts";

const SIZE = { columns: 120, rows: 40 };
const FILTER = "lr=0.05 seed<40";

/** Writes the store, opens it in each round and types a filter. */
export async function manyFigures(
  folder: string,
  { rounds, runs }: { readonly rounds: number; readonly runs: number },
): Promise<Figure[]> {
  const store = join(folder, "many.db");
  writeMany(store, runs);
  await typeFilter(store, folder); // fills the compile cache and the cache of the file system
  const all: Typed[] = [];
  for (let i = 0; i < rounds; i++) all.push(await typeFilter(store, folder));
  const first = all.map(({ shown }) => shown);
  const keys = all.flatMap(({ keys }) => keys);
  const of = `${runs.toLocaleString("en")} runs`;
  return [
    figureOf({ name: `first frame, ${of}`, unit: "ms", values: first, budget: 600 }),
    figureOf({ name: `a key of a filter, ${of}`, unit: "ms", values: keys, budget: 150 }),
  ];
}

type Typed = { readonly shown: number; readonly keys: readonly number[] };

async function typeFilter(store: string, folder: string): Promise<Typed> {
  const env = environmentFor(folder, store);
  const program = new Program({ args: ["ui", "--store", store, "--fresh"], size: SIZE, env });
  // The header says that runs are being read, or counts them all.
  const shown = await program.until(
    ([header = "", ...rows]) =>
      / runs[ :]/.test(header) && (rows.at(-1) ?? "").includes("q quit") && rows.some(hasRate),
  );
  await program.until(([header = ""]) => / runs · /.test(header));
  await program.press("/");
  const keys: number[] = [];
  for (const key of FILTER) keys.push((await program.press(key)) ?? 0);
  await program.press("\x1b");
  await program.quit();
  return { shown, keys };
}

function hasRate(row: string): boolean {
  return row.includes("0.01");
}
