/** What the store takes and gives: plain data, free of SQLite's types. */
import type { ExportScope, ExportTable } from "./export/table.ts";
import type { Probe } from "./probe/probe.ts";
import type { StoredProbe, StoredTensor, StoredTensorKind } from "./probe/stored-probe.ts";
import type { TrashEntry } from "./trash/entries.ts";

export type RunState =
  | "pending"
  | "running"
  | "finished"
  | "failed"
  | "diverged"
  | "stopped"
  | "interrupted";

export type PlannedRun = {
  /** Identity: the hash of the resolved config. */
  readonly hash: string;
  /** The run's name when it is new: `grid/label`. */
  readonly name: string;
  /** Its label in this grid. */
  readonly label: string;
  /** Resolved config as JSON. */
  readonly config: string;
  readonly seed: number;
  readonly engine: string;
  readonly steps: number;
  /** What a run has in common with those that differ from it in the number of steps alone. */
  readonly family?: string;
};

export type GridPlan = {
  readonly name: string;
  readonly description: string;
  /** Text of the config file as it was planned. */
  readonly spec: string;
  readonly runs: readonly PlannedRun[];
};

export type StoredRun = {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly state: RunState;
};

/** A run that the store knows, and how much of it was recorded. */
export type RecordedRun = StoredRun & {
  readonly evaluations: number;
  readonly samples: number;
  readonly probes: number;
  /** Planning it again takes it out. */
  readonly isTrashed: boolean;
};

/** What runs of one kind took together. */
export type TrainedKind = {
  /** Of one of them: resolved config as JSON. */
  readonly config: string;
  readonly parameters: number;
  readonly runs: number;
  readonly steps: number;
  /** In the training loop. */
  readonly seconds: number;
};

export type ParameterRow = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
};

/** Where a run was trained; every value is text or a number that `ablate show` prints. */
export type Provenance = Readonly<Record<string, string | number | boolean | null>>;

/** Consecutive steps: step `first + i` has `loss[i]`, `lr[i]` and `ratios[i * parameters + p]`. */
export type StepBlock = {
  readonly first: number;
  readonly count: number;
  readonly loss: Float64Array;
  readonly lr: Float64Array;
  readonly ratios: Float32Array;
  /** Seconds spent in the training loop so far, where known. */
  readonly trainSeconds?: number;
};

export type EvaluationRow = {
  readonly split: string;
  readonly statistics: string;
  readonly loss: number;
};

/** Evaluations of a model after `step` updates. */
export type EvaluationsAt = {
  readonly step: number;
  readonly evaluations: readonly EvaluationRow[];
};

export type RunEnd = {
  readonly state: "finished" | "failed" | "diverged" | "stopped" | "interrupted";
  readonly reason: string;
  readonly error: string | null;
  /** What its event says beside the reason. */
  readonly detail?: string | null;
  /** Seconds spent in the training loop. */
  readonly trainSeconds: number;
  /** What the run leaves; null where there is nothing worth keeping. */
  readonly snapshot: Snapshot | null;
};

/** What was taken of a model after `step` updates. */
export type Snapshot = {
  readonly step: number;
  readonly evaluations: readonly EvaluationRow[];
  readonly samples: readonly string[];
  /** Weights and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides further steps; without it none can follow. */
  readonly state?: Uint8Array;
};

/** A run after `step` updates, and all that decides its further steps. */
export type Checkpoint = {
  readonly step: number;
  /** Weights and running statistics as safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides them; opaque to the store. */
  readonly state: Uint8Array;
  /** Seconds spent in the training loop until then. */
  readonly trainSeconds: number;
};

/** Where a run can go on: at its own checkpoint, or at the end of one that made the same updates. */
export type ResumePoint = Checkpoint & {
  /** Whose checkpoint it is. */
  readonly runId: number;
  readonly run: string;
  /** What that run was trained on, if it says so. */
  readonly backend: string | null;
};

/** What a finished run of fewer steps has recorded before its end. */
export type ShorterRun = {
  readonly run: string;
  /** Updates made. */
  readonly step: number;
  /** Resolved config as JSON. */
  readonly config: string;
  /** By which thresholds it was judged, as JSON. */
  readonly thresholds: string | null;
  /** Steps of its probes and of its evaluations of the validation split. */
  readonly probes: readonly number[];
  readonly evaluations: readonly number[];
};

/** Which shorter run's history may become that of a run. */
export type Continuation = {
  readonly family: string;
  readonly steps: number;
  readonly accepts: (shorter: ShorterRun) => boolean;
};

/** Where a run would go on, and whose checkpoint that is. */
export type RunStart = { readonly run: string; readonly step: number };

export type DamagedCheckpoint = { readonly run: string; readonly step: number };

export type ResumeSearch = {
  /** None: the run starts at step 0. */
  readonly point: ResumePoint | null;
  /** Newer checkpoints that were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
};

/** The process that takes a run; `token` is random and new whenever one takes it. */
export type Claim = {
  readonly token: string;
  readonly pid: number;
  readonly host: string;
  /** Whether `reserveRun` came first. */
  readonly isReserved?: boolean;
};

/** What came of asking for a run: it is in `state`, and held by another process that is alive or not. */
export type Reservation =
  | { readonly isTaken: true }
  | { readonly isTaken: false; readonly state: RunState; readonly isHeld: boolean };

/** A run under a claim. */
export type HeldRun = { readonly runId: number; readonly token: string };

export type WriterOptions = {
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly clock?: () => number;
};

export type WaitOptions = {
  /** How long to wait for a process that keeps the file locked; 5 s unless given. */
  readonly waitMs?: number;
};

/** A row of the view `runs`, under the view's own column names. NULL losses are not finite or not there yet. */
export type RunSummary = {
  readonly run: string;
  readonly grid: string | null;
  readonly label: string | null;
  readonly state: RunState;
  readonly reason: string | null;
  readonly seed: number;
  /** Resolved config as JSON. */
  readonly config: string;
  readonly hash: string;
  readonly engine: string;
  readonly steps: number;
  readonly last_step: number | null;
  /** Mean of the last 100 recorded steps. */
  readonly loss: number | null;
  readonly train_loss: number | null;
  readonly valid_loss: number | null;
  readonly test_loss: number | null;
  readonly best_valid_loss: number | null;
  readonly best_valid_step: number | null;
  readonly steps_per_s: number | null;
  /** How many numbers the model trains. */
  readonly parameters: number | null;
  /** Separated by commas. */
  readonly tags: string | null;
  /** ISO 8601, UTC. */
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly error: string | null;
};

export type FindOptions = {
  /** Not by the beginning of a name. */
  readonly whole?: boolean;
};

export type RunFilter = {
  readonly grid?: string;
  readonly states?: readonly RunState[];
};

export type GridSummary = {
  readonly name: string;
  readonly description: string;
  /** How many runs belong to it. */
  readonly runs: number;
};

/** What the user said of a run or a grid. */
export type Annotated = { readonly tags: readonly string[]; readonly note: string | null };

/** By name; only those that have a tag or a note. */
export type Annotations = {
  readonly runs: ReadonlyMap<string, Annotated>;
  readonly grids: ReadonlyMap<string, Annotated>;
};

export type StoredEvaluation = {
  readonly step: number;
  readonly split: string;
  readonly statistics: string;
  /** `null`: not finite. */
  readonly loss: number | null;
};

export type StoredSample = { readonly step: number; readonly i: number; readonly text: string };

/** Something that a rule says of a run, with its evidence; a row of the view `findings` without `run`. */
export type Finding = {
  readonly level: "info" | "warning" | "error";
  readonly rule: string;
  readonly layer: string | null;
  readonly param: string | null;
  /** Since when it holds; 0 is initialisation. */
  readonly step: number;
  /** What was measured; `null`: not finite, or nothing to measure. */
  readonly value: number | null;
  readonly message: string;
};

export type StoredWeights = { readonly step: number; readonly bytes: Uint8Array };

/** `n` finite values of steps `step` up to `step + level - 1`; without any, the rest is `null`. */
export type CurvePoint = {
  readonly step: number;
  readonly n: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly max: number | null;
};

/** Some series of a run at one level: row r begins at `steps[r]`; of series s it is at `s * rows + r`. */
export type CurveBlock = {
  readonly level: number;
  readonly rows: number;
  /** How many series; none of them is left out, an unknown one has no values. */
  readonly series: number;
  readonly steps: Float64Array;
  /** Finite values; without any the rest is NaN. */
  readonly n: Uint32Array;
  readonly min: Float64Array;
  readonly mean: Float64Array;
  readonly max: Float64Array;
};

/** A row of the view `series`: how to read one. */
export type SeriesInfo = {
  readonly series: string;
  readonly unit: string | null;
  /** Where a line helps the eye. */
  readonly guide: number | null;
  /** The band in which all is well, where a verdict is fair. */
  readonly low: number | null;
  readonly high: number | null;
};

/** When steps were stored: `atMs[i]`, milliseconds since 1970, is when `steps[i]` was there. */
export type Ticks = { readonly steps: Float64Array; readonly atMs: Float64Array };

/** Something that happened to a run. */
export type RunEvent = {
  readonly atMs: number;
  readonly kind: string;
  readonly message: string | null;
};

/** A run and a text that changes with its row of the view `runs`. */
export type RunStamp = {
  readonly run: string;
  readonly stamp: string;
  /** It says running, and its process is gone. */
  readonly isLost: boolean;
};

/** Steps `from` up to and including `to`. */
export type StepRange = { readonly from: number; readonly to: number };

export type StepLoss = {
  readonly step: number;
  readonly loss: number | null;
  readonly lr: number | null;
};

export type ParameterRatio = {
  readonly param: string;
  /** Exactly the trained float32; `null`: NaN, as for a tensor of one element. */
  readonly ratio: number | null;
  /** `-Infinity` for a ratio of 0. */
  readonly log10Ratio: number | null;
};

export type StepRatios = { readonly step: number; readonly ratios: readonly ParameterRatio[] };

export type QueryResult = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
};

/**
 * The one connection that writes. Every method is one transaction, which throws a StorageError where
 * the file does not take it: a full disk, a lock, a file that is gone. It may then be called again.
 */
export interface StoreWriter {
  /** What the user should know about how the file was opened. */
  readonly notice: string | null;
  /**
   * Stores a grid and those of its runs that are new, and takes it and them out of the trash; the
   * result is in the order of the plan.
   */
  planGrid(plan: GridPlan): StoredRun[];
  /** Takes a run that is in one of these states before anything is known of it, unless another process holds it. */
  reserveRun(runId: number, claim: Claim, states: readonly RunState[]): Reservation;
  /** Gives a run back that was reserved and has not begun; nothing where the claim is gone. */
  releaseRun(held: HeldRun): void;
  /** Gives a sign of life for these runs; returns those whose claim is gone. */
  beat(held: readonly HeldRun[]): HeldRun[];
  /**
   * Takes a run before its step 0 and removes what an earlier attempt left.
   *
   * @throws LostClaimError - it was reserved, and another process has taken it since
   */
  claimRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    parameters: readonly ParameterRow[],
  ): void;
  /**
   * Finds the latest whole checkpoint that a run can go on from.
   *
   * @param continuation - which other run's history will do as well
   */
  findResumePoint(runId: number, continuation: Continuation | null): ResumeSearch;
  /**
   * Takes a run at a checkpoint. Steps from there on go, and all that was taken of the model at it or
   * later. If the checkpoint is another run's, so is the history, and what the run had goes.
   */
  resumeRun(
    runId: number,
    claim: Claim,
    provenance: Provenance,
    at: Pick<ResumePoint, "runId" | "run" | "step">,
  ): void;
  /** Appends the steps that follow the last stored one. */
  appendSteps(runId: number, token: string, block: StepBlock): void;
  /** Stores a checkpoint with the steps before it; of earlier ones only the last is kept. */
  appendCheckpoint(runId: number, token: string, checkpoint: Checkpoint, block: StepBlock): void;
  appendEvaluations(runId: number, token: string, evaluations: EvaluationsAt): void;
  /** Notes something that happened to a run. */
  appendEvent(runId: number, token: string, event: Omit<RunEvent, "atMs">): void;
  /** Stores what was seen inside the network at a step, at most one probe a step. */
  appendProbe(runId: number, token: string, probe: Probe): void;
  /** Says by which thresholds, as JSON, a run is judged; those of an attempt stay what they are. */
  setThresholds(runId: number, token: string, thresholds: string): void;
  /** Stores what the rules say of a run so far, in place of what they said before. */
  setFindings(runId: number, token: string, findings: readonly Finding[]): void;
  /** Ends a run with what it leaves, durably and in one transaction, and releases its claim. */
  endRun(runId: number, token: string, end: RunEnd): void;
  /** Marks running runs whose process has died; returns how many. */
  markInterrupted(): number;
  /** Empties the write-ahead log into the file, where that can be written to, and closes it. */
  close(): void;
}

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
