/** Which bytes of a store are flipped: any of the pages in use, or of the pages of a table; or those of one number. */
import { readFileSync } from "node:fs";
import { openReader } from "@ablate/store";
import type { Random } from "../chaos/random.ts";

export type Flip = {
  readonly at: number;
  /** What is changed in the byte: one bit, or all of them. */
  readonly mask: number;
  /** The table or index whose page it is. */
  readonly table: string;
};

type Page = { readonly page: number; readonly table: string };

const FIRST: Page = { page: 1, table: "sqlite_schema" };

/** Chooses flips: every other one uniform over the pages in use, the others over the tables first. */
export function chooseFlips(path: string, count: number, random: Random): readonly Flip[] {
  const reader = openReader(path);
  const size = Number(reader.query("select page_size from pragma_page_size").rows[0]?.[0]);
  const { rows } = reader.query("select pageno, name from dbstat");
  reader.close();
  const pages = rows.map(([page, table]): Page => ({ page: Number(page), table: String(table) }));
  const byTable = [...Map.groupBy(pages, ({ table }) => table).values()];
  const one = <T>(from: readonly T[]): T | undefined => from[random.below(from.length)];
  return Array.from({ length: count }, (_, i) => {
    const { page, table } = one(i % 2 === 0 ? pages : (one(byTable) ?? pages)) ?? FIRST;
    const at = (page - 1) * size + random.below(size);
    return { at, mask: random.below(4) === 0 ? 255 : 1 << random.below(8), table };
  });
}

/** Finds the byte that is the number of a step from 2 to 127 of a run: the loss follows it, in a page of the table. */
export function numberOfStep(path: string, run: string, step: number): number {
  const reader = openReader(path);
  const { rows } = reader.query("select loss from loss where run = ? and step = ?", [run, step]);
  const pages = reader.query(
    "select (pageno - 1) * pgsize, pageno * pgsize from dbstat where name = 'step' and pagetype = 'leaf'",
  );
  reader.close();
  const wanted = Buffer.alloc(9);
  wanted[0] = step;
  wanted.writeDoubleBE(Number(rows[0]?.[0]), 1);
  const bytes = readFileSync(path);
  for (const [from, to] of pages.rows) {
    const at = bytes.subarray(Number(from), Number(to)).indexOf(wanted);
    if (at >= 0) return Number(from) + at;
  }
  throw new RangeError(`${run} has no step ${step}`);
}
