/** The settings of runs as columns of the exported table `runs`: `config.train.lr`, a number where it is one in every run. */
import { settingsReader } from "../analysis/read-settings.ts";
import { exactSetting, type Setting } from "../analysis/settings.ts";
import type { Statements } from "../file/statements.ts";
import { isStoredMap } from "../reading/stored-json.ts";
import type { Batch, Cells, ExportColumn, ExportScope, ExportTable } from "./table.ts";

/** A setting of some of the runs, as a column. */
type SettingColumn = { readonly key: string; readonly type: ExportColumn["type"] };

type Stored = { readonly config: string; readonly source: string | null };

/** Adds a column `config.KEY` for each setting of any of the runs to the columns of the view `runs`. */
export function withSettings(
  sql: Statements,
  { runs }: ExportScope,
  view: ExportTable,
): ExportTable {
  const settingsOf = reader();
  const added = settingColumns(sql, runs, settingsOf);
  const columns = added.map(({ key, type }): ExportColumn => ({ name: `config.${key}`, type }));
  const place = (name: string): number => view.columns.findIndex((one) => one.name === name);
  const [configs, sources] = [place("config"), place("source")];
  const batches = function* (): Iterable<Batch> {
    for (const batch of view.batches()) {
      const settings = Array.from({ length: batch.rows }, (_, row) => {
        const config = textAt(batch.columns[configs], row) ?? "";
        return valuesByKey(settingsOf({ config, source: textAt(batch.columns[sources], row) }));
      });
      yield {
        rows: batch.rows,
        columns: [...batch.columns, ...added.map((column) => cellsOf(column, settings))],
      };
    }
  };
  return { columns: [...view.columns, ...columns], batches };
}

type SettingsOf = (run: Stored) => readonly Setting[];

/** Reads settings; a config that is damaged has none. */
function reader(): SettingsOf {
  const read = settingsReader();
  return (run) => (isStoredMap(run.config) ? read(run) : []);
}

/** Finds every key of the runs in the order in which they come, and the type that all of its values have. */
function settingColumns(
  sql: Statements,
  runs: readonly string[],
  settingsOf: SettingsOf,
): readonly SettingColumn[] {
  const types = new Map<string, SettingColumn["type"] | null>();
  for (const run of runs) {
    for (const stored of sql.rows<Stored>("select config, source from run where name = ?", run)) {
      for (const { key, value } of settingsOf(stored)) {
        types.set(key, commonType(types.get(key) ?? null, typeOf(value)));
      }
    }
  }
  return Array.from(types, ([key, type]) => ({ key, type: type ?? "text" }));
}

/** Returns the type of a value; null for null, which fits any. */
function typeOf(value: unknown): ExportColumn["type"] | null {
  if (value === null) return null;
  if (typeof value === "number") return Number.isSafeInteger(value) ? "integer" : "float64";
  return typeof value === "boolean" ? "boolean" : "text";
}

function commonType<Type extends ExportColumn["type"] | null>(
  a: Type,
  b: Type,
): Type | "float64" | "text" {
  if (a === b || b === null) return a;
  if (a === null) return b;
  const areNumbers = [a, b].every((type) => type === "integer" || type === "float64");
  return areNumbers ? "float64" : "text";
}

type Values = ReadonlyMap<string, unknown>;

function valuesByKey(settings: readonly Setting[]): Values {
  return new Map(settings.map(({ key, value }) => [key, value]));
}

function cellsOf({ key, type }: SettingColumn, runs: readonly Values[]): Cells {
  const values = runs.map((run) => run.get(key) ?? null);
  if (type === "text") {
    return values.map((value) => (value === null ? null : String(exactSetting({ value }))));
  }
  if (type === "boolean") {
    return values.map((value) => (typeof value === "boolean" ? value : null));
  }
  return Float64Array.from(values, (value) => (typeof value === "number" ? value : Number.NaN));
}

function textAt(cells: Cells | undefined, row: number): string | null {
  const cell = cells?.[row];
  return typeof cell === "string" ? cell : null;
}
