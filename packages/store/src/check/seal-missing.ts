/** Gives digests to runs that have none: those of an older store, and those that a repair has made whole. */
import { renewGridNames, renewNames, sealRun, unsealRun } from "../digest/seal.ts";
import { FORMAT } from "../digest/sections.ts";
import type { Statements } from "../file/statements.ts";
import { NOT_PURGED } from "../trash/purge.ts";
import { recordedDamage } from "./run-damage.ts";

/** How long one transaction seals runs: others that write wait for it. */
const SEALING_MS = 200;

/** After so long, curves are compared with their steps by their number alone. */
const COMPARING_MS = 30_000;

const UNSEALED = `
  select id, name from run where state <> 'running' and claim is null and ${NOT_PURGED}
    and id not in (select run_id from damaged_run)
    and id not in (select run_id from seal where made <> @but) order by id`;

type Unsealed = { readonly id: number; readonly name: string };

/** A run that gets no digest. */
export type Refused = { readonly run: string; readonly reason: string };

type Options = { readonly made: "migration" | "repair"; readonly now?: number };

/**
 * Seals the runs that have no seal and pass the checks of `doctor`, in short transactions; with `repair` also those
 * that did not pass before.
 *
 * @returns the runs that do not pass, which stay without
 */
export function sealMissing(sql: Statements, { made, now = Date.now() }: Options): Refused[] {
  nameMissing(sql);
  const but = made === "repair" ? "refused" : "";
  const left = sql.rows<Unsealed>(UNSEALED, { but });
  const end = performance.now() + COMPARING_MS;
  const refused: Refused[] = [];
  while (left.length > 0) {
    sql.transaction(() => {
      const pause = performance.now() + SEALING_MS;
      for (let run = left.shift(); run !== undefined; run = left.shift()) {
        const reason = sealChecked(sql, run.id, {
          made,
          now,
          hasTime: () => performance.now() < end,
        });
        if (reason !== null) refused.push({ run: run.name, reason });
        if (performance.now() > pause) return;
      }
    });
  }
  return refused;
}

function nameMissing(sql: Statements): void {
  const missing = (table: "run" | "grid", digests: string) =>
    sql.values<number>(
      `select id from "${table}" where id not in (select ${table}_id from ${digests})`,
    );
  if (missing("run", "name_digest").length + missing("grid", "grid_digest").length === 0) return;
  sql.transaction(() => {
    for (const id of missing("run", "name_digest")) renewNames(sql, id);
    for (const id of missing("grid", "grid_digest")) renewGridNames(sql, id);
  });
}

type Sealing = Required<Options> & { readonly hasTime: () => boolean };

/** Seals a run that passes the checks; returns why it does not. */
export function sealChecked(
  sql: Statements,
  id: number,
  { made, now, hasTime }: Sealing,
): string | null {
  const reason = recordedDamage(sql, id, hasTime);
  unsealRun(sql, id);
  if (reason === null) sealRun(sql, id, { made, now });
  else {
    sql.run("insert into seal values (?, ?, 'refused', ?, ?)", id, FORMAT, now, Buffer.of());
  }
  return reason;
}
