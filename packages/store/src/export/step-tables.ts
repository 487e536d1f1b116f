/** Tables with the history of runs, step by step, decoded here: plain SQL would take minutes. */
import type { Database } from "better-sqlite3";
import { logRatio, ratioAt } from "../ratio.ts";
import { type ScannedStep, stepScanner } from "./step-scan.ts";
import type { Batch, Cells, ExportColumn, ExportScope, ExportTable } from "./table.ts";

type RunSteps = {
  readonly run: string;
  readonly parameters: readonly string[];
  readonly steps: readonly ScannedStep[];
};

const RUN: ExportColumn = { name: "run", type: "text" };
const STEP: ExportColumn = { name: "step", type: "integer" };
const LOSS: readonly ExportColumn[] = [
  { name: "loss", type: "float64" },
  { name: "lr", type: "float64" },
];

/** A row a step: loss, rate and the update ratio of every parameter; null where a run has no such parameter. */
export function historyTable(database: Database, { runs }: ExportScope): ExportTable {
  const parameters = [...new Set(runs.flatMap(parameterNames(database)))];
  const columns: readonly ExportColumn[] = [
    RUN,
    STEP,
    ...LOSS,
    ...parameters.map((name): ExportColumn => ({ name: `ratio:${name}`, type: "float32" })),
  ];
  return {
    columns,
    batches: () =>
      batchesOf(database, runs, (block) => {
        const { steps } = block;
        const places = parameters.map((name) => block.parameters.indexOf(name));
        const ratios = places.map((idx) => numbers(steps, (step) => ratioOrNull(step.ratios, idx)));
        return [...lossCells(block), ...ratios];
      }),
  };
}

/** The view `loss`. */
export function lossTable(database: Database, { runs }: ExportScope): ExportTable {
  return {
    columns: [RUN, STEP, ...LOSS],
    batches: () => batchesOf(database, runs, lossCells),
  };
}

/** The view `update_ratio`: a row a step and parameter. */
export function updateRatioTable(database: Database, { runs }: ExportScope): ExportTable {
  const columns: readonly ExportColumn[] = [
    RUN,
    STEP,
    { name: "param", type: "text" },
    { name: "ratio", type: "float32" },
    { name: "log10_ratio", type: "float64" },
  ];
  const cells = ({ run, parameters, steps }: RunSteps): Cells[] => {
    const rows = steps.flatMap((step) => parameters.map((name, idx) => ({ step, name, idx })));
    return [
      rows.map(() => run),
      numbers(rows, ({ step }) => step.step),
      rows.map(({ name }) => name),
      numbers(rows, ({ step, idx }) => ratioAt(step.ratios, idx)),
      numbers(rows, ({ step, idx }) => logRatio(step.ratios, idx)),
    ];
  };
  return { columns, batches: () => batchesOf(database, runs, cells) };
}

function* batchesOf(
  database: Database,
  runs: readonly string[],
  cells: (block: RunSteps) => Cells[],
): Iterable<Batch> {
  const scan = stepScanner(database);
  const parametersOf = parameterNames(database);
  const find = database.prepare<[string], number>("select id from run where name = ?").pluck();
  for (const run of runs) {
    const parameters = parametersOf(run);
    for (const steps of scan(find.get(run) ?? -1)) {
      const columns = cells({ run, parameters, steps });
      yield { rows: columns[0]?.length ?? 0, columns };
    }
  }
}

function parameterNames(database: Database): (run: string) => string[] {
  const names = database.prepare<[string], string>(
    "select p.name from param p join run r on r.id = p.run_id where r.name = ? order by p.idx",
  );
  return (run) => names.pluck().all(run);
}

function lossCells({ run, steps }: RunSteps): Cells[] {
  return [
    steps.map(() => run),
    numbers(steps, ({ step }) => step),
    numbers(steps, ({ loss }) => loss),
    numbers(steps, ({ lr }) => lr),
  ];
}

function numbers<T>(rows: readonly T[], value: (row: T) => number | null): Float64Array {
  return Float64Array.from(rows, (row) => value(row) ?? Number.NaN);
}

function ratioOrNull(ratios: Buffer, idx: number): number | null {
  return idx < 0 ? null : ratioAt(ratios, idx);
}
