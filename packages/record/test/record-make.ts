/** Stores that logs are recorded into, and what is in them however it came there. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openReader, openWriter } from "@ablate/store";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import {
  type RecordEvent,
  type RecordOptions,
  type RecordOutcome,
  recordLogs,
} from "../src/index.ts";

/** A folder of its own, which goes away with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-record-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Puts a log into a folder. */
export function writeLog(folder: string, name: string, frames: readonly Uint8Array[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(frames));
  return path;
}

type Recorded = RecordOutcome & { readonly events: readonly RecordEvent[] };

/** Records what is there into the store `ablate.db` of a folder. */
export async function recordInto(
  folder: string,
  paths: readonly string[],
  options: Partial<RecordOptions> = {},
): Promise<Recorded> {
  const store = openWriter(join(folder, "ablate.db"));
  const events: RecordEvent[] = [];
  const onEvent = (event: RecordEvent): void => void events.push(event);
  try {
    return { ...(await recordLogs({ store, paths, onEvent, ...options })), events };
  } finally {
    store.close();
  }
}

/** Columns that say when, by whom, or in which order something was recorded. */
const INCIDENTAL =
  /^(id|probe_id|.*_at|at_ms|host|pid|process_start|claim|note|path|started|position)$/;

const TABLES = ["run", "param", "step", "rollup", "metric", "metric_rollup", "finding", "event"];

/** Returns all that a store has of its runs but times, however its logs were read. */
export function contentOf(folder: string): unknown {
  const path = join(folder, "ablate.db");
  const database = new Database(path, { readonly: true });
  const reader = openReader(path);
  try {
    const tables = TABLES.map((table) => {
      const rows = database.prepare<[], Record<string, unknown>>(`select * from ${table}`).all();
      return [table, rows.map(kept)];
    });
    const points = reader.runs({}).flatMap(({ name }) =>
      reader.metrics(name).map((metric) => {
        const { steps, numbers } = reader.metricPoints(name, metric.name);
        return [name, metric.name, [...steps], [...numbers].map(String)];
      }),
    );
    const probes = reader.runs({}).map(({ name }) => [name, reader.probeSteps(name)]);
    return { ...Object.fromEntries(tables), points, probes };
  } finally {
    reader.close();
    database.close();
  }
}

function kept(row: Record<string, unknown>): unknown {
  const columns = Object.entries(row).filter(([name]) => !INCIDENTAL.test(name));
  return columns.map(([name, value]) => [
    name,
    Buffer.isBuffer(value) ? value.toString("hex") : value,
  ]);
}
