import { hostname } from "node:os";
import type { Database } from "better-sqlite3";
import { annotationsReader } from "../annotate/annotations.ts";
import { isAlive } from "../claim.ts";
import type { Continuation, RunStart } from "../contract/claim.ts";
import type {
  Annotations,
  CurveBlock,
  CurvePoint,
  FindOptions,
  GridSummary,
  QueryResult,
  RunFilter,
  RunStamp,
  RunSummary,
  SeriesInfo,
  StepLoss,
  StepRange,
  StepRatios,
  StoredEvaluation,
  StoredSample,
  StoredWeights,
  Ticks,
} from "../contract/history.ts";
import type { RecordedRun, StoredRun, TrainedKind } from "../contract/plan.ts";
import type { StoreReader } from "../contract/reader.ts";
import type { Finding, ParameterRow, Provenance, RunEvent, StepBlock } from "../contract/record.ts";
import { openTable } from "../export/open-table.ts";
import type { ExportScope, ExportTable } from "../export/table.ts";
import type { OpenedDatabase } from "../file/open-database.ts";
import { standIn } from "../file/stand-ins.ts";
import { runFinder } from "../find-run.ts";
import { parseProvenance, parseShape } from "../json.ts";
import { type ProbeReader, probeReader } from "../probe/probe-reader.ts";
import type { StoredProbe, StoredTensor, StoredTensorKind } from "../probe/stored-probe.ts";
import { runQuery } from "../query/run-query.ts";
import { logRatio, ratioAt } from "../ratio.ts";
import { intactWeights } from "../recovery/intact-weights.ts";
import { startFinder } from "../recovery/start-finder.ts";
import { type TrashEntry, trashEntries } from "../trash/entries.ts";
import { attendance } from "./attended.ts";
import { curveReader, pointsOf } from "./curve.ts";
import { prepareReader, type ReaderStatements, type RunOfGrid } from "./reader-statements.ts";
import { stepReader } from "./step-reader.ts";

export class SqliteReader implements StoreReader {
  readonly notice: string | null;
  readonly close: () => void;
  readonly #database: Database;
  readonly #sql: ReaderStatements;
  readonly #findRun: ReturnType<typeof runFinder>;
  readonly #findWhole: ReturnType<typeof runFinder>;
  readonly #isAttended: ReturnType<typeof attendance>;
  readonly #readCurve: ReturnType<typeof curveReader>;
  readonly #readAnnotations: () => Annotations;
  readonly #readSteps: ReturnType<typeof stepReader>;
  readonly #probes: ProbeReader;
  readonly #dropStandIns: () => void;

  constructor({ database, notice, close }: OpenedDatabase) {
    this.notice = notice;
    this.close = close;
    this.#database = database;
    this.#dropStandIns = standIn(database);
    this.#sql = prepareReader(database);
    this.#findRun = runFinder(database);
    this.#findWhole = runFinder(database, { whole: true });
    this.#isAttended = attendance(database);
    this.#readCurve = curveReader(database);
    this.#readAnnotations = annotationsReader(database);
    this.#readSteps = stepReader(database);
    this.#probes = probeReader(database);
  }

  runs({ grid, states }: RunFilter = {}): RunSummary[] {
    const runs =
      grid === undefined ? this.#sql.runs.all() : this.#sql.runsOfGrid.all(grid).map(inGrid);
    return states === undefined ? runs : runs.filter(({ state }) => states.includes(state));
  }

  run(nameOrPrefixOrHash: string, { whole = false }: FindOptions = {}): RunSummary | undefined {
    const name = (whole ? this.#findWhole : this.#findRun)(nameOrPrefixOrHash);
    return name === undefined ? undefined : this.#sql.run.get(name);
  }

  findByHash(hash: string): StoredRun | undefined {
    return this.#sql.byHash.get(hash);
  }

  recorded(hashes: readonly string[]): ReadonlyMap<string, RecordedRun> {
    const runs = this.#sql.recorded.all(JSON.stringify(hashes));
    return new Map(runs.map((run) => [run.hash, { ...run, isTrashed: run.isTrashed === 1 }]));
  }

  starts(
    runs: readonly { readonly hash: string; readonly continuation: Continuation | null }[],
  ): (RunStart | null)[] {
    const find = startFinder(this.#database);
    return runs.map(({ hash, continuation }) => find(hash, continuation));
  }

  trainedKinds(): TrainedKind[] {
    return this.#sql.trainedKinds.all();
  }

  grids(): GridSummary[] {
    return this.#sql.grids.all();
  }

  members(grid: string): ReadonlySet<string> {
    return new Set(this.#sql.members.all(grid));
  }

  isAttended(grid: string, now: number): boolean {
    return this.#isAttended(grid, now);
  }

  trash(): TrashEntry[] {
    this.#dropStandIns();
    return trashEntries(this.#database);
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

  findings(runName: string): Finding[] {
    this.#dropStandIns();
    return this.#sql.findings.all(runName);
  }

  thresholds(runName: string): string | undefined {
    this.#dropStandIns();
    return this.#sql.thresholds.get(runName);
  }

  parameters(runName: string): ParameterRow[] {
    return this.#sql.parameters
      .all(runName)
      .map(({ name, shape, size }) => ({ name, shape: parseShape(shape), size }));
  }

  provenance(runName: string): Provenance {
    return parseProvenance(this.#sql.provenance.get(runName) ?? "{}");
  }

  dataHashes(): ReadonlyMap<string, string> {
    return new Map(this.#sql.dataHashes.all().map(({ run, hash }) => [run, hash]));
  }

  weights(runName: string): StoredWeights | undefined {
    const stored = this.#sql.weights.get(runName);
    return stored === undefined ? undefined : intactWeights(stored, runName);
  }

  curve(runName: string, series: string, level: number, range?: StepRange): CurvePoint[] {
    const { isKnown } = this.#placesOf(runName, [series]);
    return isKnown ? pointsOf(this.curves(runName, [series], level, range)) : [];
  }

  curves(runName: string, series: readonly string[], level: number, range?: StepRange): CurveBlock {
    const { runId, places } = this.#placesOf(runName, series);
    return this.#readCurve({ runId, places, level }, range);
  }

  series(runName: string): SeriesInfo[] {
    return this.#sql.series.all(runName);
  }

  ticks(runName: string): Ticks {
    const rows = this.#sql.ticks.all(runName);
    return {
      steps: Float64Array.from(rows, ({ step }) => step),
      atMs: Float64Array.from(rows, ({ atMs }) => atMs),
    };
  }

  events(runName: string): RunEvent[] {
    return this.#sql.events.all(runName);
  }

  steps(runName: string, from: number, count: number): StepBlock {
    return this.#readSteps(runName, from, count);
  }

  stamps(now: number): RunStamp[] {
    const host = hostname();
    return this.#sql.stamps.all().map(({ run, stamp, state, ...holder }) => ({
      run,
      stamp,
      isLost: state === "running" && !isAlive(holder, host, now),
    }));
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

  probeSteps(runName: string): number[] {
    this.#dropStandIns();
    return this.#probes.steps(runName);
  }

  probe(runName: string, step: number): StoredProbe | undefined {
    this.#dropStandIns();
    return this.#probes.probe(runName, step);
  }

  probeTensors(
    runName: string,
    step: number,
    kind: StoredTensorKind,
  ): ReadonlyMap<string, StoredTensor> {
    this.#dropStandIns();
    return this.#probes.tensors(runName, step, kind);
  }

  /** Where series are in a row of the rollup: loss, lr, then the parameters; -1 for unknown ones. */
  #placesOf(
    runName: string,
    series: readonly string[],
  ): { readonly runId: number; readonly places: readonly number[]; readonly isKnown: boolean } {
    const runId = this.#sql.runId.get(runName) ?? -1;
    const names = this.#sql.parameterNames.all(runId);
    const order = ["loss", "lr", ...names.map((name) => `log10_ratio:${name}`)];
    const places = series.map((one) => order.indexOf(one));
    return { runId, places, isKnown: runId >= 0 && places.every((place) => place >= 0) };
  }

  table(name: string, scope: ExportScope): ExportTable {
    this.#dropStandIns();
    return openTable(this.#database, name, scope);
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
