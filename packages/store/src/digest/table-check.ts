/** Compares what tables of runs show with its digests: config, results and names, of all runs at once or of one. */
import type { Statements } from "../file/statements.ts";
import { NOT_PURGED } from "../trash/purge.ts";
import {
  FORMAT,
  GRID_NAMES,
  NAMES,
  type Rows,
  selectionOf,
  selectionOfAll,
  TABLE_SECTIONS,
  WHOLE_SECTIONS,
} from "./sections.ts";
import { type Value, ValueHash } from "./value-hash.ts";

/** What is wrong with a run. */
export type RunDamage = {
  readonly run: string;
  /** What is wrong, as the end of a sentence that begins with the run's name. */
  readonly reason: string;
  /** Only its name, its labels, its tags or its note are wrong: the figures are right. */
  readonly isOfName: boolean;
  /** It was set aside, and is shown since it was asked for by its name. */
  readonly isSetAside?: true;
};

const RUNS = `
  select r.id as id, r.name as name, s.format as format,
    (select sha256 from digest where run_id = r.id and section = 'config' and part = 0) as config,
    (select sha256 from digest where run_id = r.id and section = 'results' and part = 0) as results,
    (select sha256 from name_digest where run_id = r.id) as names,
    json_type(iif(json_valid(r.config), r.config, '0')) = 'object' as isConfig,
    json_type(iif(json_valid(r.provenance), r.provenance, '0')) = 'object' as isProvenance
  from run r left join seal s on s.run_id = r.id and s.made <> 'refused'
  where r.id not in (select run_id from damaged_run) and ${NOT_PURGED}`;

type Row = {
  readonly id: number;
  readonly name: string;
  readonly format: number | null;
  readonly config: Buffer | null;
  readonly results: Buffer | null;
  readonly names: Buffer | null;
  readonly isConfig: 0 | 1;
  readonly isProvenance: 0 | 1;
};

/** Returns what is wrong with runs that a table would show; of one run where its id is given. */
export function tableDamage(sql: Statements, id?: number): RunDamage[] {
  const runs = id === undefined ? sql.rows<Row>(RUNS) : sql.rows<Row>(`${RUNS} and r.id = ?`, id);
  if (runs.length === 0) return [];
  const [config, results] = TABLE_SECTIONS.map((section) =>
    hasherOf(sql, WHOLE_SECTIONS[section], id),
  );
  const names = hasherOf(sql, NAMES, id);
  return runs.flatMap((run): RunDamage[] => {
    const of = (reason: string, isOfName = false) => [{ run: run.name, reason, isOfName }];
    if (run.isConfig === 0) return of("its config is no JSON of a map");
    if (run.isProvenance === 0) return of("its provenance is no JSON of a map");
    if (run.format !== null) {
      if (run.format !== FORMAT) return of(`its digest has the unknown format ${run.format}`);
      if (!isSame(run.config, config?.(run.id)))
        return of("its config is not what the digest says");
      if (!isSame(run.results, results?.(run.id)))
        return of("its results are not what the digest says");
    }
    if (run.names === null || isSame(run.names, names(run.id))) return [];
    return of("its name, labels, tags or note are not what the digest says", true);
  });
}

const GRIDS = `
  select g.id as id, g.name as name, d.sha256 as sha256
  from grid g join grid_digest d on d.grid_id = g.id`;

/** Returns the names of grids whose text, tags or note are not what their digest says. */
export function damagedGrids(sql: Statements): string[] {
  type Grid = { readonly id: number; readonly name: string; readonly sha256: Buffer };
  const digestOf = hasherOf(sql, GRID_NAMES);
  return sql
    .rows<Grid>(GRIDS)
    .filter(({ id, sha256 }) => !sha256.equals(digestOf(id)))
    .map(({ name }) => name);
}

/** Reads rows of all owners at once, and returns the digest of one owner's. */
function hasherOf(sql: Statements, parts: readonly Rows[], id?: number): (id: number) => Buffer {
  const hash = new ValueHash();
  const read = parts.map((part) => {
    const rows =
      id === undefined
        ? sql.arrays<Value[]>(selectionOfAll(part))
        : sql.arrays<Value[]>(selectionOf(part), { id }).map((row) => [id, ...row]);
    return { ...part, byOwner: Map.groupBy(rows, ([owner]) => owner) };
  });
  return (owner) => {
    for (const { table, columns, byOwner } of read) {
      hash.table(table, columns);
      for (const row of byOwner.get(owner) ?? []) hash.row(row, 1);
    }
    return hash.digest();
  };
}

function isSame(stored: Buffer | null, found: Buffer | undefined): boolean {
  return stored !== null && found !== undefined && stored.equals(found);
}
