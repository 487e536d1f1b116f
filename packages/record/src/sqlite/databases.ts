/** Databases of trackers: MLflow's and Trackio's are SQLite files alike, and only their tables tell them apart. */
import { realpathSync } from "node:fs";
import { basename, extname } from "node:path";
import type { Database } from "better-sqlite3";
import type { FoundFile, FoundLog, LogFormat } from "../log.ts";
import { MLFLOW_COLUMNS, mlflowLogs } from "../mlflow/mlflow-database.ts";
import { TRACKIO_COLUMNS, trackioLogs } from "../trackio/trackio-database.ts";
import { columnsOf, ForeignDatabase, lackOf } from "./foreign-database.ts";

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");

/** Where a file says which program it is of: our stores do. */
const APPLICATION_AT = 68;

/** Makes logs of the runs of a database of one tracker. */
type Tracker = {
  readonly name: string;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** Tables that only it has. */
  readonly own: readonly string[];
  readonly logs: (database: Database, file: ForeignDatabase) => FoundLog[];
};

const TRACKERS: readonly Tracker[] = [
  {
    name: "MLflow",
    columns: MLFLOW_COLUMNS,
    own: ["experiments", "runs", "metrics"],
    logs: mlflowLogs,
  },
  { name: "Trackio", columns: TRACKIO_COLUMNS, own: ["metrics", "configs"], logs: trackioLogs },
];

export const databases: LogFormat = {
  name: "mlflow",
  claims: ({ head }) => isForeign(head),
  logs: (files) => files.flatMap(logsOf),
};

function isForeign(head: Buffer): boolean {
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) return false;
  return head.toString("latin1", APPLICATION_AT, APPLICATION_AT + 4) === "\0\0\0\0";
}

function logsOf({ path, isNamed }: FoundFile): readonly FoundLog[] {
  const file = new ForeignDatabase(realpathSync(path));
  try {
    return file.read((database) => {
      const tracker = TRACKERS.find(({ own }) =>
        own.every((table) => columnsOf(database, table).size > 0),
      );
      if (tracker === undefined) {
        const what = "is an SQLite database, but neither MLflow's nor Trackio's";
        return isNamed ? [unreadableLog(file, what)] : [];
      }
      const lack = lackOf(database, tracker.columns);
      if (lack === undefined) return tracker.logs(database, file);
      return [
        unreadableLog(
          file,
          `has no ${lack}: it is of a version of ${tracker.name} that is not known here`,
        ),
      ];
    });
  } catch (error) {
    return [unreadableLog(file, error instanceof Error ? error.message : String(error))];
  }
}

/** A log that says in one sentence why there is none. */
function unreadableLog(file: ForeignDatabase, reason: string): FoundLog {
  let isTold = false;
  return {
    format: "mlflow",
    identity: `database:${file.path}`,
    grid: "databases",
    label: basename(file.path, extname(file.path)),
    paths: file.paths,
    open: () => ({
      read: () => {
        if (isTold) return [];
        isTold = true;
        return [{ type: "trouble", message: `${file.path}: ${reason}` }];
      },
      positions: () => [],
      close: () => {},
    }),
  };
}
