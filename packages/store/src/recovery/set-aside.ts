import type { Statements } from "../file/statements.ts";
import { freeName } from "../writing/free-name.ts";

type Named = { readonly name: string; readonly hash: string };

export type SetAside = { readonly reason: string; readonly now: number };

/**
 * Sets a damaged run aside; call it inside a transaction. All that it has stays, under another name: its own and its
 * identity are free, so that it can be trained again. No other run goes on from it.
 *
 * @returns the name that it has now
 */
export function setAside(sql: Statements, id: number, { reason, now }: SetAside): string {
  const { name, hash } = sql.row<Named>("select name, hash from run where id = ?", id) ?? {
    name: "",
    hash: "",
  };
  const aside = freeName(sql, { name: `${name}-damaged`, hash });
  sql.run("insert or replace into damaged_run values (?, ?, ?, ?, ?)", id, now, name, hash, reason);
  sql.run("update grid_run set label = label || '-damaged' where run_id = ?", id);
  sql.update("run", id, { name: aside, hash: `${hash}-damaged-${id}`, family: null, claim: null });
  return aside;
}
