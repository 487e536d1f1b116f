/** Which runs the configs of a grid have now: what is stored of that, and what a plan makes of it. */
import type { Statements } from "../file/statements.ts";
import { type GridPlan, NO_OPTIONS, type PlanOrigin } from "./plan.ts";
import { nameRuns, type RunName } from "./run-names.ts";

/** The runs that a config has under some options of the command line. */
export type StoredPlan = {
  /** Path of the config; empty for runs that were there before plans were stored. */
  readonly config: string;
  /** As JSON; NO_OPTIONS: the config as it is. */
  readonly options: string;
  /** Milliseconds since 1970. */
  readonly plannedAt: number;
  readonly hashes: ReadonlySet<string>;
};

/** A grid as it is before a plan. */
export type PlannedGrid = {
  readonly plans: readonly StoredPlan[];
  /** Text of the config that was planned last. */
  readonly spec: string | null;
  /** Hashes of its stored runs, with their names, in the grid's order; without those in the trash and recorded ones. */
  readonly members: ReadonlyMap<string, string>;
};

const PLANS = `
  select p.config as config, p.options as options, p.planned_at as plannedAt,
    (select json_group_array(hash) from grid_plan_run where plan_id = p.id) as hashes
  from grid_plan p join grid g on g.id = p.grid_id where g.name = ? order by p.id`;

const MEMBERS = `
  select r.hash as hash, r.name as name from grid_run m
    join grid g on g.id = m.grid_id join kept_run r on r.id = m.run_id
  where g.name = ? and r.source is null order by m.position, m.id`;

/** Reads what is stored of a grid of this name, if anything is. */
export function readGrid(sql: Statements, grid: string): PlannedGrid {
  type Row = Omit<StoredPlan, "hashes"> & { readonly hashes: string };
  const plans = sql.rows<Row>(PLANS, grid).map((row): StoredPlan => {
    const hashes: readonly string[] = JSON.parse(row.hashes);
    return { ...row, hashes: new Set(hashes) };
  });
  type Member = { readonly hash: string; readonly name: string };
  const members = new Map(sql.rows<Member>(MEMBERS, grid).map(({ hash, name }) => [hash, name]));
  const spec = sql.value<string>("select spec from grid where name = ?", grid) ?? null;
  return { plans, spec, members };
}

/** Replaces the plans of a grid; call it inside a transaction. */
export function writePlans(sql: Statements, gridId: number, plans: readonly StoredPlan[]): void {
  sql.run("delete from grid_plan where grid_id = ?", gridId);
  for (const { config, options, plannedAt, hashes } of plans) {
    const row = { grid_id: gridId, config, options, planned_at: plannedAt };
    const { lastInsertRowid } = sql.insert("grid_plan", row);
    for (const hash of hashes) sql.insert("grid_plan_run", { plan_id: lastInsertRowid, hash });
  }
}

/**
 * Returns the plans that a grid has after one more. A config as it is replaces what it had, and what it had under
 * options with what it has under them now; options of the command line only add. Other configs keep theirs.
 */
export function plansAfter(
  grid: PlannedGrid,
  { origin }: Pick<GridPlan, "origin">,
  now: number,
): readonly StoredPlan[] {
  if (origin === undefined) return grid.plans;
  const { config, options, replaces } = origin;
  const hashes = new Set(origin.runs.map(({ hash }) => hash));
  const plans = options === NO_OPTIONS ? withMoved(grid.plans, origin, hashes) : grid.plans;
  const own = plans.find((plan) => plan.config === config && plan.options === options);
  const others = plans.filter((plan) => plan !== own && (!replaces || plan.config === config));
  const planned = { config, options, plannedAt: now };
  if (options !== NO_OPTIONS) {
    return [...others, { ...planned, hashes: new Set([...(own?.hashes ?? []), ...hashes]) }];
  }
  const isFirst = !plans.some(isRecord);
  const hasSome = [...grid.members.keys()].some((hash) => hashes.has(hash));
  const isEdited =
    own === undefined ? isFirst && !(origin.isUnedited && hasSome) : !isWithin(own.hashes, hashes);
  const earlier = isFirst && !isEdited && !replaces ? [unrecorded(grid, now)] : [];
  const kept = others
    .filter((plan) => !isEdited || plan.config !== "")
    .flatMap((plan) => (plan.config === config ? plannedAgain(plan, origin) : [plan]));
  return [...kept, ...earlier, { ...planned, hashes }].filter((plan) => plan.hashes.size > 0);
}

function isWithin(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}

/** Whether a plan says which runs a grid has: options of the command line only add to what it has. */
function isRecord({ config, options }: StoredPlan): boolean {
  return config !== "" && options === NO_OPTIONS;
}

/** Returns what a config has now under the options of an earlier plan; nothing where they no longer fit it. */
function plannedAgain(plan: StoredPlan, { again }: PlanOrigin): StoredPlan[] {
  const found = again.get(plan.options);
  if (found === undefined) return [plan];
  return found === null ? [] : [{ ...plan, hashes: new Set(found) }];
}

/** Makes a plan of the runs that a grid has without any: nobody knows which config or options they are from. */
function unrecorded({ plans, members }: PlannedGrid, now: number): StoredPlan {
  const planned = new Set(plans.flatMap(({ hashes }) => [...hashes]));
  const hashes = new Set([...members.keys()].filter((hash) => !planned.has(hash)));
  return { config: "", options: NO_OPTIONS, plannedAt: now, hashes };
}

/** Takes over the plans of a config whose file is gone and all of whose runs this one has: it was moved. */
function withMoved(
  plans: readonly StoredPlan[],
  { config, missing }: PlanOrigin,
  hashes: ReadonlySet<string>,
): readonly StoredPlan[] {
  const bases = plans.filter((plan) => isRecord(plan) && missing.has(plan.config));
  const moved = new Set(
    bases.filter((plan) => isWithin(plan.hashes, hashes)).map((plan) => plan.config),
  );
  if (moved.size === 0) return plans;
  const byOptions = new Map<string, StoredPlan>();
  const mine = plans.filter((plan) => plan.config === config || moved.has(plan.config));
  for (const plan of mine) {
    const known = byOptions.get(plan.options)?.hashes ?? [];
    byOptions.set(plan.options, { ...plan, config, hashes: new Set([...known, ...plan.hashes]) });
  }
  return [...plans.filter((plan) => !mine.includes(plan)), ...byOptions.values()];
}

/**
 * Returns the plans of a grid of two stores: of two of one config and the same options the later one, as when it is
 * planned again. What a store has without any plan stays with what the other has.
 */
export function unitedPlans(ours: PlannedGrid, theirs: PlannedGrid): readonly StoredPlan[] {
  const grids = [ours, theirs];
  const plans = grids.flatMap((grid) => grid.plans);
  const isRecorded = plans.some(isRecord);
  const without = grids.filter((grid) => isRecorded && !grid.plans.some(isRecord));
  const united = new Map<string, StoredPlan>();
  for (const plan of [...plans, ...without.map((grid) => unrecorded(grid, 0))]) {
    const key = JSON.stringify([plan.config, plan.options]);
    const known = united.get(key);
    if (known === undefined) united.set(key, plan);
    else if (plan.config === "") {
      united.set(key, { ...known, hashes: new Set([...known.hashes, ...plan.hashes]) });
    } else if (plan.plannedAt > known.plannedAt) united.set(key, plan);
  }
  return [...united.values()];
}

/** What storing a plan would do. */
export type PlanPreview = {
  /** Names of all its runs, by hash. */
  readonly names: ReadonlyMap<string, RunName>;
  /** Stored runs of the grid that no config of it has any more. */
  readonly left: readonly string[];
  /** Paths of other configs of the same name whose runs are in the grid. */
  readonly others: readonly string[];
};

/** Says what storing a plan would do; stores nothing. */
export function previewPlan(sql: Statements, plan: GridPlan): PlanPreview {
  const grid = readGrid(sql, plan.name);
  const after = plansAfter(grid, plan, 0);
  const current = new Set(after.flatMap(({ hashes }) => [...hashes]));
  const members = [...grid.members];
  const left = after.some(isRecord) ? members.filter(([hash]) => !current.has(hash)) : [];
  const own = new Set((plan.origin?.runs ?? plan.runs).map(({ hash }) => hash));
  const mixed = after.filter(({ config, hashes }) => {
    const isOther = config !== "" && config !== plan.origin?.config;
    return isOther && members.some(([hash]) => hashes.has(hash) && !own.has(hash));
  });
  return {
    names: nameRuns(sql, plan),
    left: left.map(([, name]) => name),
    others: [...new Set(mixed.map(({ config }) => config))],
  };
}
