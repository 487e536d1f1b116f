/** Tables of the steps of runs, decoded in JavaScript: plain SQL would take minutes. */
import type { Statements } from "../file/statements.ts";
import { logRatio, ratioAt } from "../reading/read-steps.ts";
import { LOSS, UPDATE_RATIO } from "../views/series.ts";
import { type Step, stepsOfLog } from "./log-steps.ts";
import { MetricCursor, metricsOf } from "./metric-tables.ts";
import {
  BATCH_ROWS,
  type Batch,
  type ExportColumn,
  type ExportScope,
  type ExportTable,
  exportColumns,
} from "./table.ts";

/** How the steps of a run become rows. */
type Rows = {
  /** How many rows one step has. */
  readonly perStep: number;
  /** The columns of text, `perStep` cells each, which repeat with every step. */
  readonly texts: readonly (readonly string[])[];
  /** Writes a step into the columns of numbers, from row `at` on. */
  readonly place: (columns: readonly Float64Array[], at: number, step: Step) => void;
};

type StepTable = {
  readonly runs: readonly string[];
  readonly columns: readonly ExportColumn[];
  readonly rowsOf: (run: string, parameters: readonly string[]) => Rows;
  /** The steps of a run that become rows; those of training unless given. */
  readonly stepsOf?: typeof stepsOf;
};

const LOSS_COLUMNS: readonly ExportColumn[] = exportColumns(LOSS);
const LOSS_NUMBERS: number = LOSS_COLUMNS.filter(({ type }) => type !== "text").length;

/**
 * Opens the table with a row per step, and of a log for each step with a number: loss, rate, every parameter's update ratio and every metric, null where a run
 * lacks it.
 */
export function historyTable(sql: Statements, { runs }: ExportScope): ExportTable {
  const all = [...new Set(runs.flatMap((run) => parameterNames(sql, run)))];
  const ratios = all.map((name): ExportColumn => ({ name: `ratio:${name}`, type: "float32" }));
  const metrics = [...new Set(runs.flatMap((run) => metricsOf(sql, run).map(({ name }) => name)))];
  const recorded = metrics.map(
    (name): ExportColumn => ({ name: `metric.${name}`, type: "float64" }),
  );
  const rowsOf = (run: string, parameters: readonly string[]): Rows => {
    const cursors = metricsOf(sql, run).map((metric) => {
      const place = LOSS_NUMBERS + all.length + metrics.indexOf(metric.name);
      return { place, cursor: new MetricCursor(sql, metric) };
    });
    const places = all.map((name) => parameters.indexOf(name));
    const place: Rows["place"] = (columns, at, step) => {
      placeLoss(columns, at, step);
      for (const [i, idx] of places.entries()) {
        if (idx >= 0 && step[3].length > 0)
          put(columns[LOSS_NUMBERS + i], at, ratioAt(step[3], idx));
      }
      for (const { place, cursor } of cursors) put(columns[place], at, cursor.at(step[0]));
    };
    return { perStep: 1, texts: [[run]], place };
  };
  const columns = [...LOSS_COLUMNS, ...ratios, ...recorded];
  return tableOf(sql, { runs, columns, rowsOf, stepsOf: historySteps });
}

/** Opens the view `loss` as a table. */
export function lossTable(sql: Statements, { runs }: ExportScope): ExportTable {
  const rowsOf = (run: string): Rows => ({ perStep: 1, texts: [[run]], place: placeLoss });
  return tableOf(sql, { runs, columns: LOSS_COLUMNS, rowsOf });
}

/** Opens the view `update_ratio` as a table, a row per step and parameter, texts before numbers. */
export function updateRatioTable(sql: Statements, { runs }: ExportScope): ExportTable {
  const declared = exportColumns(UPDATE_RATIO);
  const isText = ({ type }: ExportColumn): boolean => type === "text";
  const columns = [...declared.filter(isText), ...declared.filter((one) => !isText(one))];
  const rowsOf = (run: string, parameters: readonly string[]): Rows => ({
    perStep: parameters.length,
    texts: [parameters.map(() => run), parameters],
    place: (numbers, at, [step, , , ratios]) => {
      for (let idx = 0; idx < parameters.length; idx++) {
        put(numbers[0], at + idx, step);
        put(numbers[1], at + idx, ratioAt(ratios, idx));
        put(numbers[2], at + idx, logRatio(ratios, idx));
      }
    },
  });
  return tableOf(sql, { runs, columns, rowsOf });
}

function placeLoss(columns: readonly Float64Array[], at: number, [step, loss, lr]: Step): void {
  put(columns[0], at, step);
  put(columns[1], at, loss);
  put(columns[2], at, lr);
}

function put(cells: Float64Array | undefined, at: number, value: number | null): void {
  if (cells !== undefined) cells[at] = value ?? Number.NaN;
}

function tableOf(sql: Statements, table: StepTable): ExportTable {
  return { columns: table.columns, batches: () => batchesOf(sql, table) };
}

function* batchesOf(sql: Statements, table: StepTable): Iterable<Batch> {
  const { runs, rowsOf, stepsOf: steps = stepsOf } = table;
  const numeric = table.columns.filter(({ type }) => type !== "text");
  for (const run of runs) {
    const { perStep, texts, place } = rowsOf(run, parameterNames(sql, run));
    if (perStep === 0) continue;
    const most = Math.max(1, Math.floor(BATCH_ROWS / perStep)) * perStep;
    const repeated = texts.map((cells) =>
      Array(most / perStep)
        .fill(cells)
        .flat(),
    );
    const numbers = numeric.map(() => new Float64Array(most).fill(Number.NaN));
    const columns = [...repeated, ...numbers];
    let rows = 0;
    for (const step of steps(sql, run)) {
      place(numbers, rows, step);
      rows += perStep;
      if (rows < most) continue;
      yield { rows, columns };
      rows = 0;
    }
    if (rows > 0) yield { rows, columns };
  }
}

/** Yields the steps of a run's history: of one that is recorded from a log also those that only metrics have. */
function historySteps(sql: Statements, run: string): Iterable<Step> {
  const source = sql.value<string | null>("select source from run where name = ?", run);
  const trained = stepsOf(sql, run);
  return source === null ? trained : stepsOfLog(sql, trained, metricsOf(sql, run));
}

/** Yields steps one at a time, so that none outlives the next garbage collection. */
function stepsOf(sql: Statements, run: string): Iterable<Step> {
  return sql.stream(
    `select step, loss, lr, ratios from step
     where run_id = (select id from run where name = ?) order by step`,
    run,
  );
}

function parameterNames(sql: Statements, run: string): string[] {
  return sql.values(
    "select p.name from param p join run r on r.id = p.run_id where r.name = ? order by p.idx",
    run,
  );
}
