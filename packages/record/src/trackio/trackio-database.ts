/** Runs in Trackio's database, one for each project. Its JSON is text or bytes, as its library for JSON makes it. */
import { basename, extname } from "node:path";
import type { LogPosition, Provenance } from "@ablate/store";
import type { Database } from "better-sqlite3";
import { countedOf, jsonObject, jsonRow } from "../jsonl/json-row.ts";
import type { FoundLog, LogEntry, LogReader, LogTimes } from "../log.ts";
import { momentOf } from "../moment.ts";
import { isStep } from "../number-text.ts";
import { NO_ROWS, RowLog, type RowState } from "../row-log.ts";
import { runEntry } from "../run-entry.ts";
import { columnsOf, type ForeignDatabase } from "../sqlite/foreign-database.ts";

/** Columns that are read; since 2026 a run has an id beside its name. */
export const TRACKIO_COLUMNS = {
  metrics: ["id", "run_name", "step", "metrics", "timestamp"],
  configs: ["run_name", "config"],
} as const;

/** What tells a run from the others in its database. */
type Key = {
  readonly column: "run_id" | "run_name";
  readonly value: string;
  /** Time of its first row. */
  readonly began: string;
};

/** Finds the runs of a project. */
export function trackioLogs(database: Database, file: ForeignDatabase): FoundLog[] {
  const column = columnsOf(database, "metrics").has("run_id") ? "run_id" : "run_name";
  const runs = database.prepare<[], { value: string; label: string; began: string }>(
    `select ${column} as value, run_name as label, cast(min(timestamp) as text) as began from metrics
     group by ${column} order by min(id)`,
  );
  const project = basename(file.path, extname(file.path));
  return runs.all().map(({ value, label, began }) => ({
    format: "trackio",
    // Names come again in other projects; without an id the time of the first row tells runs apart.
    identity: column === "run_id" ? `trackio:${value}` : `trackio:${project}/${value}/${began}`,
    grid: project,
    label,
    paths: file.paths,
    open: (positions) => {
      const at = positions.find(({ path }) => path === file.path);
      return new TrackioReader(file, { column, value, began }, at);
    },
  }));
}

/** What reading on needs beside the id of the last row; plain JSON. */
type State = {
  /** Time of the last row; null: none was read. */
  readonly last: string | null;
  readonly rows: RowState;
  /** JSON of what was said of the run; null: nothing was. */
  readonly said: string | null;
};

const FIRST: State = { last: null, rows: NO_ROWS, said: null };

type Row = {
  readonly id: number;
  readonly step: number;
  readonly metrics: string;
  readonly timestamp: string | null;
};

/** About so many bytes are in a row. */
const ROW_BYTES = 512;

class TrackioReader implements LogReader {
  readonly #file: ForeignDatabase;
  readonly #key: Key;
  readonly #rows: RowLog;
  #id: number;
  #said: string | null;
  #last: string | null;

  constructor(file: ForeignDatabase, key: Key, at: LogPosition | undefined) {
    const state: State = at === undefined ? FIRST : { ...FIRST, ...JSON.parse(at.state) };
    this.#file = file;
    this.#key = key;
    this.#rows = new RowLog(file.path, state.rows);
    this.#id = at?.position ?? 0;
    this.#said = state.said;
    this.#last = state.last;
  }

  read(budget: number): readonly LogEntry[] {
    try {
      this.#file.read((database) => this.#readOn(database, budget));
    } catch (error) {
      this.#rows.tellOnce("read", error instanceof Error ? error.message : String(error));
    }
    return this.#rows.take();
  }

  positions(): readonly LogPosition[] {
    const state: State = { last: this.#last, rows: this.#rows.state, said: this.#said };
    const { path } = this.#file;
    return [{ path, format: "trackio", position: this.#id, state: JSON.stringify(state) }];
  }

  times(): LogTimes {
    const [start, endedAt] = [timeOf(this.#key.began), timeOf(this.#last)];
    const isTimed = start !== null && endedAt !== null && endedAt > start;
    return { trainSeconds: isTimed ? (endedAt - start) / 1000 : null, endedAt };
  }

  close(): void {}

  #readOn(database: Database, budget: number): void {
    this.#describe(database);
    const { column, value } = this.#key;
    const rows = database.prepare<[string, number, number], Row>(
      `select id, step, cast(metrics as text) as metrics, cast(timestamp as text) as timestamp
       from metrics where ${column} = ? and id > ? order by id limit ?`,
    );
    const most = Math.max(100, Math.ceil(budget / ROW_BYTES));
    for (const row of rows.all(value, this.#id, most)) {
      this.#row(row);
      this.#id = row.id;
      this.#last = row.timestamp ?? this.#last;
    }
  }

  #describe(database: Database): void {
    const { column, value } = this.#key;
    const row = database
      .prepare<[string], { config: string }>(
        `select cast(config as text) as config from configs where ${column} = ? order by id desc`,
      )
      .get(value);
    const said = row?.config ?? "{}";
    if (said === this.#said) return;
    const { config, provenance } = settingsOf(said);
    if (this.#said === null) {
      const startedAt = timeOf(this.#key.began);
      this.#rows.push(runEntry({ config, provenance, startedAt }));
    } else {
      const description = { config: JSON.stringify(config), provenance };
      this.#rows.push({ type: "describe", description });
    }
    this.#said = said;
  }

  #row({ step, metrics }: Row): void {
    const object = jsonObject(metrics);
    if (object === undefined || !isStep(step)) {
      this.#rows.tellOnce(
        "row",
        `${this.#rows.where} is not a row of metrics; such rows are left out`,
      );
      this.#rows.skip();
      return;
    }
    const { names, values, epoch } = countedOf(jsonRow(object), null);
    if (names.length > 0) this.#rows.add({ step, isCounted: true, epoch }, names, values);
  }
}

/** Returns a time of ISO 8601; where it names no zone, it is UTC. */
function timeOf(text: string | null): number | null {
  if (text === null) return null;
  return momentOf(Date.parse(/(Z|[-+]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`));
}

/** What Trackio adds to the settings of the user has names that begin with a line. */
function settingsOf(text: string): {
  readonly config: Readonly<Record<string, unknown>>;
  readonly provenance: Provenance;
} {
  const all = Object.entries(jsonObject(text) ?? {});
  const provenance: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of all) {
    const isScalar = typeof value === "string" || typeof value === "number";
    if (name.startsWith("_") && isScalar) provenance[name.slice(1).toLowerCase()] = value;
  }
  return { config: Object.fromEntries(all.filter(([name]) => !name.startsWith("_"))), provenance };
}
