/** Compares runs with their digests, and sets aside what is damaged. */
import { counted } from "@ablate/text";
import { renewGridNames, renewNames } from "../digest/seal.ts";
import { damagedGrids, tableDamage } from "../digest/table-check.ts";
import { digestDamage, sealOf } from "../digest/verify.ts";
import { CURRENT_VERSION, versionOf } from "../migrations/migrate.ts";
import { setAside } from "../recovery/set-aside.ts";
import {
  type CheckContext,
  type CheckedRun,
  changeRun,
  type Found,
  isBeingWritten,
  listed,
  repairEach,
  runsToCheck,
} from "./check.ts";
import { damageBesideSteps, damagedConfig, stepDamage } from "./run-damage.ts";
import { sealChecked } from "./seal-missing.ts";
import { valueDamage } from "./value-damage.ts";

/** A run, what is wrong with it, and what a repair does about it. */
type Damaged = {
  readonly id: number;
  readonly name: string;
  readonly reason: string;
  readonly remedy: "aside" | "names" | "seal";
};

/** Finds runs that are not what was written, by their digests and by what their values must be. */
export function checkDigests(context: CheckContext): Found {
  const { sql, now, onProgress } = context;
  const runs = runsToCheck(sql).filter((run) => !isBeingWritten(run, now));
  const ofTable = new Map(tableDamage(sql).map((damage) => [damage.run, damage]));
  let sealed = 0;
  let unsealed = 0;
  const damaged = runs.flatMap((run, i): Damaged[] => {
    onProgress("digests", i / runs.length);
    if (sealOf(sql, run.id) !== undefined) sealed += 1;
    else if (run.state !== "running") unsealed += 1;
    const found = sql.database.transaction(() => damageIn(context, run))();
    if (found !== null) return [{ id: run.id, name: run.name, ...found }];
    const { reason, isOfName } = ofTable.get(run.name) ?? {};
    if (reason === undefined) return [];
    return [{ id: run.id, name: run.name, reason, remedy: isOfName ? "names" : "aside" }];
  });
  const grids = damagedGrids(sql);
  const texts = [
    ...damaged.map(({ name, reason }) => `${name}: ${reason}`),
    ...grids.map(
      (name) => `grid ${name}: its text, plans, tags or note are not what the digest says`,
    ),
  ];
  if (texts.length > 0) {
    return { text: listed(texts), repair: () => repair(context, damaged, grids) };
  }
  const later = unsealed > 0 ? "; a store gets digests when it is next written to" : "";
  if (sealed === 0) return runs.length === 0 ? "no run" : `no digest${later}`;
  const without = runs.length - sealed;
  const others = without === 0 ? "" : `; ${counted(without, "run")} without a digest${later}`;
  const aside = sql.values<string>(ASIDE);
  const set =
    aside.length === 0
      ? ""
      : `; set aside as damaged: ${aside.join(", ")} (\`ablate rm\` and \`gc\` delete)`;
  return `${counted(sealed, "run")} as written${others}${set}`;
}

const ASIDE = `
  select r.name from damaged_run d join run r on r.id = d.run_id
  where r.id not in (select run_id from trash_run) order by d.at_ms, r.id`;

type Wrong = Pick<Damaged, "reason" | "remedy">;

/** Returns what is wrong with a run, but for its names and for what the checks of steps and rollups find. */
function damageIn(context: CheckContext, run: CheckedRun): Wrong | null {
  const { sql, hasTime } = context;
  if (run.state === "running" || stepDamage(sql, run) !== null) return null;
  const value = valueDamage(sql, run.id);
  if (value !== null) return { reason: value, remedy: "aside" };
  const seal = sealOf(sql, run.id);
  if (seal === undefined || seal.made === "refused") {
    if (versionOf(sql.database) < CURRENT_VERSION) return null;
    const reason = damageBesideSteps(sql, run, hasTime);
    // As a kill between a migration and its digests leaves it: the next process that writes gives it one.
    if (seal === undefined && reason === null) return configDamage(context, run);
    return { reason: `it has no digest${reason === null ? "" : `, as ${reason}`}`, remedy: "seal" };
  }
  // The check of the rollups is about what sums others up.
  const found = digestDamage(sql, run.id, { withoutSums: true });
  if (found === null) return configDamage(context, run);
  return { reason: found.reason, remedy: found.section === "digests" ? "seal" : "aside" };
}

function configDamage({ sql, configDamage: reasonOf }: CheckContext, { id }: CheckedRun) {
  const reason = damagedConfig(sql, id, reasonOf);
  return reason === null ? null : ({ reason, remedy: "aside" } as const);
}

function repair(context: CheckContext, damaged: readonly Damaged[], grids: readonly string[]) {
  const { sql } = context;
  for (const name of grids) {
    const id = sql.value<number>("select id from grid where name = ?", name);
    if (id !== undefined) sql.transaction(() => renewGridNames(sql, id));
  }
  const said: string[] = grids.map((name) => `grid ${name} keeps its present name`);
  const left: string[] = [];
  const repairOne = ({ id, name, reason, remedy }: Damaged): boolean =>
    changeRun(context, id, () => {
      const what = repaired(context, { id, reason, remedy });
      if (what === null) left.push(`${name}: ${reason}`);
      else said.push(`${name} ${what}`);
    });
  const result = repairEach(damaged, repairOne, "");
  if (!result.ok) return result;
  return left.length > 0 ? { ok: false, detail: listed(left) } : { ok: true, detail: listed(said) };
}

function repaired(
  { sql, now, hasTime }: CheckContext,
  { id, reason, remedy }: Omit<Damaged, "name">,
): string | null {
  switch (remedy) {
    case "names":
      renewNames(sql, id);
      return "keeps its present name";
    case "seal":
      if (sealChecked(sql, id, { made: "repair", now, hasTime }) !== null) return null;
      return "has a new digest";
    case "aside": {
      const source = sql.value<string | null>("select source from run where id = ?", id);
      const again =
        source === null ? "`ablate run` trains it again" : "`ablate record` reads its log again";
      return `is set aside as ${setAside(sql, id, { reason, now })}; ${again}`;
    }
  }
}
