/** Colours of runs and groups that users set by hand: no result of a run, so no digest has them. */
import { COLOUR_SLOTS } from "../analysis/colour-keys.ts";
import type { Statements } from "../file/statements.ts";
import { StoreError } from "../file/store-error.ts";

const KEY = /^(?:run|group):[^\p{Cc}]{1,200}$/u;

/** Keeps a place of the palette under a key, or forgets it; returns one sentence. */
export function setColour(sql: Statements, key: string, slot: number | null): string {
  if (!KEY.test(key)) {
    throw new StoreError(
      `${JSON.stringify(key)} is no key of a colour: run:HASH or group:ID, 200 characters at most`,
    );
  }
  if (slot === null) {
    const { changes } = sql.run("delete from colour where key = ?", key);
    return changes > 0 ? "removed its colour" : "had no colour set";
  }
  if (!Number.isInteger(slot) || slot < 0 || slot >= COLOUR_SLOTS) {
    throw new StoreError(
      `there is no colour ${slot}; they are numbered from 0 to ${COLOUR_SLOTS - 1}`,
    );
  }
  const before = sql.value<number>("select slot from colour where key = ?", key);
  sql.run("insert or replace into colour values (?, ?)", key, slot);
  if (before === undefined) return `set its colour to ${slot}`;
  return before === slot ? `has the colour ${slot} already` : `changed its colour to ${slot}`;
}

/** Returns the places of the palette by key. */
export function readColours(sql: Statements): ReadonlyMap<string, number> {
  return new Map(
    sql.arrays<readonly [string, number]>("select key, slot from colour order by key"),
  );
}

type Files = { readonly from: Statements; readonly to: Statements };

/** Brings the colour of a run over, unless it has one here. */
export function mergeRunColour({ from, to }: Files, hash: string): void {
  const key = `run:${hash}`;
  const slot = from.value<number>("select slot from colour where key = ?", key);
  if (slot !== undefined) to.insert("colour", { key, slot }, "or ignore");
}

/** Brings the colours of groups over: which runs are in one, the views decide. */
export function mergeGroupColours({ from, to }: Files): void {
  for (const [key, slot] of readColours(from)) {
    if (key.startsWith("group:")) to.insert("colour", { key, slot }, "or ignore");
  }
}
