/** Says what is wrong with one run: the one place that `doctor`, `import`, `export` and a migration ask. */
import { count, counted } from "@ablate/text";
import { digestDamage, sealOf } from "../digest/verify.ts";
import type { Statements } from "../file/statements.ts";
import { checkpointDamage, type WeightsDamage } from "../recovery/checkpoints.ts";
import { stepsOf } from "../writing/plan.ts";
import { type CheckedRun, runToCheck } from "./check.ts";
import { isRollupOfSteps } from "./rollups.ts";
import { valueDamage } from "./value-damage.ts";

export type DamageOptions = {
  /** Says what is wrong with a resolved config, which only the runner knows; null: nothing. */
  readonly configDamage?: (config: string) => string | null;
  /** Says how weights are not those of a run of this config, which only the runner knows, too. */
  readonly weightsDamage?: WeightsDamage;
  /** Whether there is time to compare a curve with every step, where no digest tells. */
  readonly hasTime?: () => boolean;
  /** Checks what a digest covers, too: who wrote the values may have made the digest of them. */
  readonly isForeign?: boolean;
};

/** Returns what is wrong with a run, as the end of a sentence that begins with its name; null where nothing is. */
export function damageOf(
  sql: Statements,
  id: number,
  {
    configDamage = () => null,
    weightsDamage = () => null,
    hasTime = () => true,
    isForeign = false,
  }: DamageOptions = {},
): string | null {
  const seal = sealOf(sql, id);
  const isSealed = seal !== undefined && seal.made !== "refused";
  const sealed = isSealed ? (digestDamage(sql, id)?.reason ?? valueDamage(sql, id)) : null;
  const damage = sealed ?? (isSealed && !isForeign ? null : recordedDamage(sql, id, hasTime));
  if (damage !== null) return damage;
  return damagedConfig(sql, id, configDamage) ?? damagedCheckpoint(sql, id, weightsDamage);
}

/** Says what is wrong with the resolved config of a run; null of one that is recorded: any map is a config there. */
export function damagedConfig(
  sql: Statements,
  id: number,
  configDamage: (config: string) => string | null,
): string | null {
  const config = sql.value<string>("select config from run where id = ? and source is null", id);
  return config === undefined ? null : configDamage(config);
}

/** Returns what can be told without a digest: sizes, steps, checkpoints, and curves from their steps. */
export function recordedDamage(sql: Statements, id: number, hasTime: () => boolean): string | null {
  const run = runToCheck(sql, id);
  if (run === undefined) return null;
  return (
    valueDamage(sql, id) ?? stepDamage(sql, run)?.reason ?? damageBesideSteps(sql, run, hasTime)
  );
}

/** Returns the same of a run whose values and steps have been checked. */
export function damageBesideSteps(
  sql: Statements,
  run: CheckedRun,
  hasTime: () => boolean,
): string | null {
  const damage = damagedCheckpoint(sql, run.id, () => null);
  if (damage !== null || run.last_step === null) return damage;
  return isRollupOfSteps({ sql, hasTime }, run) ? null : "its curves do not match its steps";
}

/** A history that has not every step from 0 to the last one, each with all its ratios. */
export type StepDamage = {
  /** How many steps it has before the first that is missing or damaged. */
  readonly end: number;
  readonly reason: string;
};

const SIZES = `
  select count(*) as n, min(step) as low, max(step) as high,
    min(case when length(ratios) <> @bytes then step end) as odd
  from step where run_id = @id`;

const FIRST_HOLE = `
  select step + 1 from step s where run_id = @id and not exists
    (select 1 from step where run_id = @id and step = s.step + 1) order by step limit 1`;

type Sizes = { readonly n: number } & Readonly<Record<"low" | "high" | "odd", number | null>>;

/** Returns where the whole part of a run's history ends, if that is not its end. */
export function stepDamage(sql: Statements, run: CheckedRun): StepDamage | null {
  const { id } = run;
  const sizes = sql.row<Sizes>(SIZES, { id, bytes: run.parameters * 4 });
  if (sizes === undefined) return null;
  const { n, low, high, odd } = sizes;
  const wanted = stepsOf(run);
  const isWhole = n === 0 || (low === 0 && high === n - 1);
  if (isWhole && odd === null && n === wanted) return null;
  const hole = low === 0 ? (sql.value<number>(FIRST_HOLE, { id }) ?? n) : 0;
  const end = Math.min(hole, odd ?? hole);
  return { end, reason: `its history is whole up to ${counted(end, "step")} of ${count(wanted)}` };
}

function damagedCheckpoint(
  sql: Statements,
  id: number,
  weightsDamage: WeightsDamage,
): string | null {
  type Place = { readonly id: number; readonly step: number };
  for (const place of sql.rows<Place>("select id, step from checkpoint where run_id = ?", id)) {
    const reason = checkpointDamage(sql, place.id, weightsDamage);
    if (reason !== null) return `its checkpoint at ${count(place.step)} ${reason}`;
  }
  return null;
}
