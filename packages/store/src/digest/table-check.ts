/** Compares what tables of runs show with its digests: config, results, findings and names, of all runs at once or of one. */
import type { Statements } from "../file/statements.ts";
import { isStoredMap } from "../reading/stored-json.ts";
import { NOT_PURGED } from "../trash/purge.ts";
import {
  GRID_NAMES,
  isKnownFormat,
  NAMES,
  OTHER_REVISIONS,
  type Rows,
  RUN_CONFIG,
  RUN_RESULTS,
  rowsOf,
  selectionOf,
  selectionOfAll,
  WHOLE_SECTIONS,
} from "./sections.ts";
import { headOf, type Value, ValueHash } from "./value-hash.ts";
import { OTHER_REVISION } from "./verify.ts";

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

const DIGEST_OF =
  "select hex(d.sha256) from digest d where d.run_id = r.id and d.part = 0 and d.section =";

/** All that the digests of a table are over of the run's own row, read once; the digests are in hex. */
const RUNS = `
  select r.id, r.name, s.format, (${DIGEST_OF} 'config'), (${DIGEST_OF} 'results'),
    (select hex(n.sha256) from name_digest n where n.run_id = r.id), (${DIGEST_OF} 'metric_ends'),
    (${DIGEST_OF} 'recorded'), (${DIGEST_OF} 'findings'),
    ${[...RUN_CONFIG, ...RUN_RESULTS].map((column) => `r."${column}"`).join(", ")}
  from run r left join seal s on s.run_id = r.id and s.made <> 'refused'
  where r.id not in (select run_id from damaged_run) and ${NOT_PURGED}`;

type Row = readonly [
  id: number,
  name: string,
  format: number | null,
  config: string | null,
  results: string | null,
  names: string | null,
  metrics: string | null,
  recorded: string | null,
  findings: string | null,
  ...values: Value[],
];

const NAME_AT = 1;
const NAMES_AT = 5;
/** Where the values of a section begin in a row, and where the last one ends. */
const CONFIG_AT = 9;
const RESULTS_AT: number = CONFIG_AT + RUN_CONFIG.length;
const RESULTS_END: number = RESULTS_AT + RUN_RESULTS.length;

/** Returns what is wrong with runs that a table would show; of one run where its id is given. */
export function tableDamage(sql: Statements, id?: number): RunDamage[] {
  const runs =
    id === undefined ? sql.arrays<Row>(RUNS) : sql.arrays<Row>(`${RUNS} and r.id = ?`, id);
  if (runs.length === 0) return [];
  const configOf = ownHasher(sql, WHOLE_SECTIONS.config, { from: CONFIG_AT, to: RESULTS_AT, id });
  const results = { from: RESULTS_AT, to: RESULTS_END, id };
  const hashers = new Map<number, ReturnType<typeof ownHasher>>();
  const resultsOf = (row: Row, format: number): string => {
    const hasher = hashers.get(format) ?? ownHasher(sql, rowsOf("results", format), results);
    hashers.set(format, hasher);
    return hasher(row);
  };
  const ofOtherRevisions = new Set(sql.values<number>(OTHER_REVISIONS));
  const metricsOf = endsHasher(sql, id);
  const recordedOf = recordedHasher(sql, id);
  const findingsOf = sectionHasher(sql, WHOLE_SECTIONS.findings, id);
  const namesOf = ownHasher(sql, NAMES, { from: NAME_AT, to: NAME_AT + 1, id });
  const wrong = (row: Row): string | null => {
    const [runId, , format, config, results, , metrics, recorded, findings] = row;
    if (format === null) return jsonDamage(row);
    if (!isKnownFormat(format)) return `its digest has the unknown format ${format}`;
    if (ofOtherRevisions.has(runId)) return OTHER_REVISION;
    // What is as it was written is JSON, too.
    if (config !== configOf(row)) return jsonDamage(row) ?? OTHER_CONFIG;
    if (results !== resultsOf(row, format)) return jsonDamage(row) ?? OTHER_RESULTS;
    if (metrics !== metricsOf(runId)) return OTHER_METRICS;
    if (recorded !== recordedOf(runId)) return OTHER_SOURCE;
    return findings === findingsOf(runId) ? null : OTHER_FINDINGS;
  };
  return runs.flatMap((row): RunDamage[] => {
    const run = row[NAME_AT];
    const reason = wrong(row);
    if (reason !== null) return [{ run, reason, isOfName: false }];
    const names = row[NAMES_AT];
    if (names === null || names === namesOf(row)) return [];
    return [{ run, reason: OTHER_NAMES, isOfName: true }];
  });
}

const OTHER_CONFIG = "its config is not what the digest says";
const OTHER_RESULTS = "its results are not what the digest says";
const OTHER_METRICS = "the last or an extreme number of a metric is not what the digest says";
const OTHER_SOURCE =
  "where it is recorded from, or what its metrics stand for, is not what the digest says";
const OTHER_FINDINGS = "its findings or thresholds are not what the digest says";
const OTHER_NAMES = "its name, labels, tags or note are not what the digest says";

const JSON_COLUMNS = [
  ["config", CONFIG_AT + RUN_CONFIG.indexOf("config")],
  ["provenance", RESULTS_AT + RUN_RESULTS.indexOf("provenance")],
] as const;

function jsonDamage(row: Row): string | null {
  const wrong = JSON_COLUMNS.find(([, at]) => !isStoredMap(row[at]));
  return wrong === undefined ? null : `its ${wrong[0]} is no JSON of a map`;
}

const GRIDS = `
  select g.id as id, g.name as name, hex(d.sha256) as sha256
  from grid g join grid_digest d on d.grid_id = g.id`;

/** Returns the names of grids whose text, tags or note are not what their digest says. */
export function damagedGrids(sql: Statements): string[] {
  type Grid = { readonly id: number; readonly name: string; readonly sha256: string };
  const hash = new ValueHash();
  const add = adderOf(sql, GRID_NAMES);
  return sql
    .rows<Grid>(GRIDS)
    .filter(({ id, sha256 }) => {
      add(hash, id);
      return hash.hex() !== sha256;
    })
    .map(({ name }) => name);
}

/** Returns the digest, in hex, of parts of which the first is in a row of RUNS, from `from` to `to`. */
function ownHasher(
  sql: Statements,
  [own, ...others]: readonly Rows[],
  { from, to, id }: { readonly from: number; readonly to: number; readonly id: number | undefined },
): (row: Row) => string {
  const hash = new ValueHash();
  const head = own === undefined ? Buffer.of() : headOf(own.table, own.columns);
  const add = adderOf(sql, others, id);
  return (row) => {
    hash.head(head);
    hash.row(row, from, to);
    add(hash, row[0]);
    return hash.hex();
  };
}

/** Returns the digest, in hex, of rows of other tables than the run's own. */
function sectionHasher(
  sql: Statements,
  rows: readonly Rows[],
  id?: number,
): (run: number) => string {
  const hash = new ValueHash();
  const add = adderOf(sql, rows, id);
  return (run) => {
    add(hash, run);
    return hash.hex();
  };
}

/** Returns the digest, in hex, of what the metrics of a run come to; null where it has none. */
function endsHasher(sql: Statements, id?: number): (run: number) => string | null {
  const hexOf = sectionHasher(sql, WHOLE_SECTIONS.metric_ends, id);
  const none = hexOf(NO_RUN);
  return (run) => {
    const found = hexOf(run);
    return found === none ? null : found;
  };
}

/** Returns the digest, in hex, of where a run is recorded from; null where it is trained here, and no metric has a role. */
function recordedHasher(sql: Statements, id?: number): (run: number) => string | null {
  const recorded = new Set(sql.values<number>(RECORDED));
  if (recorded.size === 0) return () => null;
  const hash = new ValueHash();
  const add = adderOf(sql, WHOLE_SECTIONS.recorded, id);
  return (run) => {
    if (!recorded.has(run)) return null;
    add(hash, run);
    return hash.hex();
  };
}

const RECORDED = `select id from run where source is not null
  union select run_id from metric where role is not null`;

/** No run has this id. */
const NO_RUN = -1;

/** Reads rows of all owners at once, or of one, and adds those of one owner to a hash. */
function adderOf(sql: Statements, parts: readonly Rows[], id?: number) {
  const read: { readonly head: Uint8Array; readonly byOwner: ReadonlyMap<Value, Value[][]> }[] = [];
  for (const part of parts) {
    const rows =
      id === undefined
        ? sql.arrays<[Value, ...Value[]]>(selectionOfAll(part))
        : sql
            .arrays<Value[]>(selectionOf(part), { id })
            .map((row): [Value, ...Value[]] => [id, ...row]);
    const head = headOf(part.table, part.columns);
    const before = read.at(-1)?.byOwner.size === 0 ? read.pop() : undefined;
    read.push({
      head: before === undefined ? head : Buffer.concat([before.head, head]),
      byOwner: Map.groupBy(rows, ([owner]) => owner),
    });
  }
  return (hash: ValueHash, owner: number): void => {
    for (const { head, byOwner } of read) {
      hash.head(head);
      for (const row of byOwner.get(owner) ?? []) hash.row(row, 1);
    }
  };
}
