import type { Database } from "better-sqlite3";
import { annotationsReader } from "./annotations.ts";
import type {
  Annotations,
  CurvePoint,
  GridSummary,
  ParameterRow,
  Provenance,
  QueryResult,
  RunFilter,
  RunSummary,
  StepLoss,
  StepRange,
  StepRatios,
  StoredEvaluation,
  StoredRun,
  StoredSample,
  StoredWeights,
  StoreReader,
} from "./contract.ts";
import { curveReader } from "./curve.ts";
import { runFinder } from "./find-run.ts";
import { parseProvenance, parseShape } from "./json.ts";
import type { OpenedDatabase } from "./open-database.ts";
import { runQuery } from "./query.ts";
import { logRatio, ratioAt } from "./ratio.ts";
import { prepareReader, type ReaderStatements, type RunOfGrid } from "./reader-statements.ts";
import { standIn } from "./stand-ins.ts";

export class SqliteReader implements StoreReader {
  readonly notice: string | null;
  readonly close: () => void;
  readonly #database: Database;
  readonly #sql: ReaderStatements;
  readonly #findRun: ReturnType<typeof runFinder>;
  readonly #readCurve: ReturnType<typeof curveReader>;
  readonly #readAnnotations: () => Annotations;
  readonly #dropStandIns: () => void;

  constructor({ database, notice, close }: OpenedDatabase) {
    this.notice = notice;
    this.close = close;
    this.#database = database;
    this.#dropStandIns = standIn(database);
    this.#sql = prepareReader(database);
    this.#findRun = runFinder(database);
    this.#readCurve = curveReader(database);
    this.#readAnnotations = annotationsReader(database);
  }

  runs({ grid, states }: RunFilter = {}): RunSummary[] {
    const runs =
      grid === undefined ? this.#sql.runs.all() : this.#sql.runsOfGrid.all(grid).map(inGrid);
    return states === undefined ? runs : runs.filter(({ state }) => states.includes(state));
  }

  run(nameOrPrefixOrHash: string): RunSummary | undefined {
    const name = this.#findRun(nameOrPrefixOrHash);
    return name === undefined ? undefined : this.#sql.run.get(name);
  }

  findByHash(hash: string): StoredRun | undefined {
    return this.#sql.byHash.get(hash);
  }

  grids(): GridSummary[] {
    return this.#sql.grids.all();
  }

  annotations(): Annotations {
    this.#dropStandIns();
    return this.#readAnnotations();
  }

  evaluations(runName: string): StoredEvaluation[] {
    return this.#sql.evaluations.all(runName);
  }

  samples(runName: string): StoredSample[] {
    return this.#sql.samples.all(runName);
  }

  parameters(runName: string): ParameterRow[] {
    return this.#sql.parameters
      .all(runName)
      .map(({ name, shape, size }) => ({ name, shape: parseShape(shape), size }));
  }

  provenance(runName: string): Provenance {
    return parseProvenance(this.#sql.provenance.get(runName) ?? "{}");
  }

  weights(runName: string): StoredWeights | undefined {
    return this.#sql.weights.get(runName);
  }

  curve(runName: string, series: string, level: number, range?: StepRange): CurvePoint[] {
    const found = this.#sql.series.get({ run: runName, series });
    if (found === undefined) return [];
    return this.#readCurve({ ...found, level }, range);
  }

  lossAt(runName: string, step?: number): StepLoss | undefined {
    return this.#sql.lossAt.get({ run: runName, step: step ?? null });
  }

  ratiosAt(runName: string, step?: number): StepRatios | undefined {
    const found = this.#sql.ratiosAt.get({ run: runName, step: step ?? null });
    if (found === undefined) return undefined;
    const ratios = this.#sql.parameters.all(runName).map(({ name }, idx) => ({
      param: name,
      ratio: ratioAt(found.ratios, idx),
      log10Ratio: logRatio(found.ratios, idx),
    }));
    return { step: found.step, ratios };
  }

  query(sql: string, params: readonly unknown[] = []): QueryResult {
    this.#dropStandIns();
    return runQuery(this.#database, sql, params);
  }

  dataVersion(): number {
    return Number(this.#database.pragma("data_version", { simple: true }));
  }
}

/** The run under the grid and label by which it was asked for. */
function inGrid({ asked_grid, asked_label, ...run }: RunOfGrid): RunSummary {
  return { ...run, grid: asked_grid, label: asked_label };
}
