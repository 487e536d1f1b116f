/** Connections that only read. */
import type { ExportScope, ExportTable } from "../export/table.ts";
import type { StoredProbe, StoredTensor, StoredTensorKind } from "../probe/stored-probe.ts";
import type { TrashEntry } from "../trash/entries.ts";
import type { Continuation, RunStart } from "./claim.ts";
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
} from "./history.ts";
import type { RecordedRun, StoredRun, TrainedKind } from "./plan.ts";
import type { Finding, ParameterRow, Provenance, RunEvent, StepBlock } from "./record.ts";

/** A connection that only reads; it sees what the writer commits while it is open. */
export interface StoreReader {
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  /** Rows of the view `runs`; with a grid, in its order and with the labels they have in it. */
  runs(filter?: RunFilter): RunSummary[];
  /**
   * By exact name, also that which it has in another of its grids, else hash or label, else an
   * unambiguous beginning of one of them.
   */
  run(nameOrPrefixOrHash: string, options?: FindOptions): RunSummary | undefined;
  findByHash(hash: string): StoredRun | undefined;
  /** Those of these hashes that the store knows, by hash, in one query. */
  recorded(hashes: readonly string[]): ReadonlyMap<string, RecordedRun>;
  /** Where runs would go on, were they trained now; a damaged checkpoint is not noticed. */
  starts(
    runs: readonly { readonly hash: string; readonly continuation: Continuation | null }[],
  ): (RunStart | null)[];
  /** What was trained, by model, context, batch size, engine and number of parameters. */
  trainedKinds(): TrainedKind[];
  grids(): GridSummary[];
  /** Names of the runs of a grid. */
  members(grid: string): ReadonlySet<string>;
  /** Whether a process is training a grid, or about to, as far as this host can tell. */
  isAttended(grid: string, now: number): boolean;
  /** What was thrown away, which no other method shows. */
  trash(): TrashEntry[];
  /** Tags and notes of runs and grids. */
  annotations(): Annotations;
  /** In the order of steps. */
  evaluations(runName: string): StoredEvaluation[];
  samples(runName: string): StoredSample[];
  /** The most serious first, then by step. */
  findings(runName: string): Finding[];
  /** As JSON; undefined where the run was recorded without. */
  thresholds(runName: string): string | undefined;
  /** In the order of the model. */
  parameters(runName: string): ParameterRow[];
  provenance(runName: string): Provenance;
  /** What the data of each run are, by its name: sha256 in hex; without runs that never started. */
  dataHashes(): ReadonlyMap<string, string>;
  /**
   * The last stored weights, as safetensors bytes.
   *
   * @throws DamageError - if they are not what their sha256 says
   */
  weights(runName: string): StoredWeights | undefined;
  /** `loss`, `lr` or `log10_ratio:PARAM` at level 16, 256, 4096 or 65536; level 1 is every step. */
  curve(runName: string, series: string, level: number, range?: StepRange): CurvePoint[];
  /** Several series at once, as `curve` has them. */
  curves(runName: string, series: readonly string[], level: number, range?: StepRange): CurveBlock;
  /** In the order loss, lr, then the parameters. */
  series(runName: string): SeriesInfo[];
  ticks(runName: string): Ticks;
  /** In the order of time. */
  events(runName: string): RunEvent[];
  /** Up to `count` steps from step `from`, to the bit; NaN is what is not a number. */
  steps(runName: string, from: number, count: number): StepBlock;
  /** Every run in the order of `runs()`, for a fraction of its cost. */
  stamps(now: number): RunStamp[];
  /** One step, the last one unless given. */
  lossAt(runName: string, step?: number): StepLoss | undefined;
  /** Update ratios of one step, the last one unless given. */
  ratiosAt(runName: string, step?: number): StepRatios | undefined;
  /** One of EXPORT_TABLES, for other programs. */
  table(name: string, scope: ExportScope): ExportTable;
  /** After how many updates there was a look inside the network, in that order. */
  probeSteps(runName: string): number[];
  /** All that a probe saw. */
  probe(runName: string, step: number): StoredProbe | undefined;
  /** One kind of a probe's numbers by layer, in the order of the model, for a fraction of its cost. */
  probeTensors(
    runName: string,
    step: number,
    kind: StoredTensorKind,
  ): ReadonlyMap<string, StoredTensor>;
  /** One SELECT or WITH statement. */
  query(sql: string, params?: readonly unknown[]): QueryResult;
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  close(): void;
}
