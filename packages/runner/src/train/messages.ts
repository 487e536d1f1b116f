/**
 * The messages between the process that trains and the process that writes. Plain data only:
 * numbers, strings, arrays and typed arrays, so that `fork` with `serialization: "advanced"` can
 * carry it. A sender may change a message's arrays again once it is sent; a receiver may keep them.
 */
import type {
  DiagnosisState,
  EngineFacts,
  EngineName,
  Evaluation,
  Finding,
  NameLists,
  Parameter,
  Probe,
  Rule,
  RunSpec,
  StepBlock,
  TfjsBackend,
  Thresholds,
} from "@ablate/core";
import type {
  BestCheckpoint,
  Checkpoint,
  MetricPoint,
  Provenance,
  ResumePoint,
  Snapshot,
} from "@ablate/store";
import type { RecordConfig } from "../config/config.ts";

/** A message about one run. */
type OfRun<Type extends string> = { readonly type: Type; readonly runId: number };

/** One run to train, on the names with this hash. */
export type TrainMessage = OfRun<"train"> & {
  readonly spec: RunSpec;
  readonly record: RecordConfig;
  readonly engine: EngineName;
  /** The backend of `tfjs` that was asked for, instead of the best one that works. */
  readonly backend?: TfjsBackend | undefined;
  readonly dataHash: string;
  /** The thresholds by which the run is diagnosed. */
  readonly thresholds: Thresholds;
  /** Rules that end the run where they hold. */
  readonly stopOn: readonly Rule[];
  /** Where the run goes on; null: it starts at initialisation. */
  readonly resume: ResumeFrom | null;
  readonly threads: ThreadOffer;
};

/** Threads that may compute a run. */
export type ThreadOffer = {
  /** So many now. */
  readonly now: number;
  /** So many it may be told to use later. */
  readonly most: number;
  /** As many of them as pay; otherwise just so many, because the user asked for them. */
  readonly isMeasured: boolean;
};

/** A checkpoint, and whose. */
export type ResumeFrom = Omit<ResumePoint, "runId" | "revision"> & {
  /** It is the run that goes on. Otherwise it made the same updates, and is not bound to be used. */
  readonly isOwn: boolean;
};

/** Offers the run another number of threads. */
type ThreadsMessage = OfRun<"threads"> & { readonly threads: number };

/** Ends the current run after its current block. `evicted`: its worker has to go, another one goes on with it. */
export type StopMessage = {
  readonly type: "stop";
  readonly reason: "user" | "fail-fast" | "evicted";
};

/**
 * From the coordinator to a worker. `data`: the names, sent once, before the first run that is
 * trained on it. `ack`: one message of the worker has been stored.
 */
export type CoordinatorMessage =
  | { readonly type: "data"; readonly data: NameLists; readonly dataHash: string }
  | TrainMessage
  | ThreadsMessage
  | StopMessage
  | { readonly type: "ack" };

export type StartedMessage = OfRun<"started"> & {
  readonly parameters: readonly Parameter[];
  /** What is recorded of every step beside its loss, its rate and its ratios, by name. */
  readonly metrics: readonly string[];
  readonly engine: EngineFacts;
  /** Updates made before: the step of the checkpoint, or 0. */
  readonly from: number;
  /** Why the checkpoint was not used that the run should go on from. */
  readonly unused: string | null;
  /** What the rules judge the run by. */
  readonly judgedBy: Pick<DiagnosisState, "thresholds" | "counting">;
  /** Facts of the machine that trains it, where that is not the coordinator's. */
  readonly trainedOn?: Provenance;
};

/** The run's engine does not run here; the run is left as it was. */
export type RefusedMessage = OfRun<"refused"> & { readonly error: string };

export type StepsMessage = OfRun<"steps"> & {
  readonly block: StepBlock;
  /** Seconds spent in the training loop so far. */
  readonly trainSeconds: number;
  /** What training took of its machine until the last of them, where that was read. */
  readonly resources: readonly MetricPoint[];
};

/** Steps, which may be none, and what it takes to go on after them. */
type CheckpointMessage = OfRun<"checkpoint"> &
  Checkpoint &
  Pick<StepsMessage, "block" | "resources">;

/** Follows the evaluation that found the lowest validation loss so far. */
type BestMessage = OfRun<"best"> & BestCheckpoint;

/** Follows the steps before it. */
type EvaluationMessage = OfRun<"evaluation"> & {
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
};

/** Follows the steps before it. */
type ProbeMessage = OfRun<"probe"> & { readonly probe: Probe };

/** What the rules say after `step` updates, in place of what they said before. */
export type FindingsMessage = OfRun<"findings"> & {
  readonly step: number;
  readonly findings: readonly Finding[];
};

/** The run is computed by more threads than before, or by fewer than it was to be. */
export type ComputedByMessage = OfRun<"computed by"> & {
  readonly threads: number;
  /** Why there are no more; null: nothing is wrong. */
  readonly refusal: string | null;
};

export type EndedMessage = OfRun<"ended"> & {
  readonly state: "finished" | "diverged" | "stopped";
  readonly reason: string;
  /** The rule that has ended it, where one has. */
  readonly rule?: Rule | null;
  readonly trainSeconds: number;
  /** What the run leaves; null where it has not finished. */
  readonly snapshot: Snapshot | null;
};

export type FailedMessage = OfRun<"failed"> & {
  readonly error: string;
  /** Why it failed: `error` unless given. */
  readonly reason?: "timeout" | "worker died" | "worker hung";
  readonly trainSeconds: number;
};

/** The last message of a run. */
export type FinalMessage = EndedMessage | FailedMessage | RefusedMessage;

/** A message from a worker to the coordinator. */
export type WorkerMessage =
  | StartedMessage
  | StepsMessage
  | CheckpointMessage
  | BestMessage
  | EvaluationMessage
  | ProbeMessage
  | FindingsMessage
  | ComputedByMessage
  | FinalMessage;
