/** What a version says of a store, in a form that can be compared with what another version says. */
import { createHash } from "node:crypto";

/** Runs a command line of some version in the folder of the store and returns what it prints. */
export type RunCommand = (...args: readonly string[]) => Promise<string> | string;

type Row = Readonly<Record<string, unknown>>;

/** The rows of a view: those that are many as a digest. */
export type ViewRecord = {
  readonly columns: readonly string[];
  readonly count: number;
  readonly sha256: string;
  readonly first: Row | null;
};

/** A view or a command's `--json` by name. */
export type StoreRecord = {
  readonly views: Readonly<Record<string, ViewRecord>>;
  readonly commands: Readonly<Record<string, unknown>>;
};

const VIEWS = [
  ...["runs", "grid_runs", "loss", "update_ratio", "curve", "series", "evals", "samples"],
  ...["tags", "notes", "effects", "findings"],
  ...["layer_stats", "norm_stats", "histograms", "saturation", "logits"],
];

/** Columns that say when and how fast something was trained, not what. */
const TIMING = new Set(["steps_per_s", "started_at", "ended_at"]);

/** Whether a row is of what training took of its machine, which older versions do not record. */
function isOfMachine({ series }: Row): boolean {
  return typeof series === "string" && series.startsWith("metric.system/");
}

const COMMANDS = [
  "runs --json",
  "runs tag:good --json",
  "show old/plain-seed=1 --json",
  "show old/deeper --json",
  "show odd/wild --json",
  "diagnose old --json",
  "diagnose odd --json",
  "compare old --json",
  "compare old odd --json",
  "diff old/plain-seed=1 old/normed-seed=1 --json",
  "plan old.yaml --json",
  "plan odd.yaml --json",
  "watch old --json",
];

/** Reads every view of a store; `columns` leaves out what a later version has added. */
export async function recordViews(
  run: RunCommand,
  columns: (view: string) => readonly string[] | undefined = () => undefined,
): Promise<StoreRecord["views"]> {
  const records: [string, ViewRecord][] = [];
  for (const view of VIEWS) {
    const wanted =
      columns(view)
        ?.map((name) => `"${name}"`)
        .join(", ") ?? "*";
    const sql = `select ${wanted} from ${view}`;
    const rows: Row[] = JSON.parse(await run("query", sql, "--json", "--limit", "0"));
    records.push([view, recordRows(rows.filter((row) => !isOfMachine(row)))]);
  }
  return Object.fromEntries(records);
}

/** Runs every command that prints JSON. */
export async function recordCommands(run: RunCommand): Promise<StoreRecord["commands"]> {
  const printed: [string, unknown][] = [];
  for (const command of COMMANDS) {
    const printedNow = await run(...command.split(" "));
    const text = printedNow.replaceAll(/,"seconds":[0-9.]+/g, "");
    const lines = text.trim().split("\n");
    const isArray = text.startsWith("[");
    printed.push([command, isArray ? JSON.parse(text) : lines.map((line) => JSON.parse(line))]);
  }
  return Object.fromEntries(printed);
}

function recordRows(rows: readonly Row[]): ViewRecord {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows
    .map((row) =>
      JSON.stringify(columns.filter((name) => !TIMING.has(name)).map((name) => row[name])),
    )
    .sort();
  return {
    columns,
    count: rows.length,
    sha256: createHash("sha256").update(lines.join("\n")).digest("hex"),
    first: rows[0] ?? null,
  };
}
