/**
 * The messages between the process that trains and the process that writes. Plain data only:
 * numbers, strings, arrays and typed arrays, so that `fork` with `serialization: "advanced"` can
 * carry it. A sender may change a message's arrays again once it is sent; a receiver may keep them.
 */
import type {
  EngineFacts,
  EngineName,
  Evaluation,
  Finding,
  Parameter,
  Probe,
  Rule,
  RunSpec,
  StepBlock,
  TfjsBackend,
  Thresholds,
} from "@ablate/core";
import type { RecordConfig } from "../config/config.ts";

/** The names file; sent once, before the first run that is trained on it. */
export type DataMessage = {
  readonly type: "data";
  readonly data: Uint8Array;
  readonly dataHash: string;
};

/** One run to train, on the names file with this hash. */
export type TrainMessage = {
  readonly type: "train";
  readonly runId: number;
  readonly spec: RunSpec;
  readonly record: RecordConfig;
  readonly engine: EngineName;
  /** Of `tfjs`: instead of the best one that works. */
  readonly backend?: TfjsBackend | undefined;
  readonly dataHash: string;
  /** By which the run is diagnosed. */
  readonly thresholds: Thresholds;
  /** Rules that end the run where they hold. */
  readonly stopOn: readonly Rule[];
  /** Where the run goes on; null: it starts at initialisation. */
  readonly resume: ResumeFrom | null;
};

/** A checkpoint, and whose. */
export type ResumeFrom = {
  /** The run that it is one of. */
  readonly run: string;
  /** It is the run that goes on. Otherwise it made the same updates, and is not bound to be used. */
  readonly isOwn: boolean;
  readonly step: number;
  /** Safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides further steps, from a `checkpoint` message. */
  readonly state: Uint8Array;
  /** Seconds spent in the training loop until then. */
  readonly trainSeconds: number;
  /** What it was trained on, where known. */
  readonly backend: string | null;
};

/** Ends the current run after its current block. */
export type StopMessage = { readonly type: "stop"; readonly reason: "user" | "fail-fast" };

/** One message of the worker has been stored. */
export type AckMessage = { readonly type: "ack" };

/** From the coordinator to a worker. */
export type CoordinatorMessage = DataMessage | TrainMessage | StopMessage | AckMessage;

export type StartedMessage = {
  readonly type: "started";
  readonly runId: number;
  readonly parameters: readonly Parameter[];
  readonly engine: EngineFacts;
  /** Updates made before: the step of the checkpoint, or 0. */
  readonly from: number;
  /** Why the checkpoint was not used that the run should go on from. */
  readonly unused: string | null;
  readonly thresholds: Thresholds;
};

/** The run's engine does not run here; the run is left as it was. */
export type RefusedMessage = {
  readonly type: "refused";
  readonly runId: number;
  readonly error: string;
};

export type StepsMessage = {
  readonly type: "steps";
  readonly runId: number;
  readonly block: StepBlock;
  /** Seconds spent in the training loop so far. */
  readonly trainSeconds: number;
};

/** Steps, which may be none, and what it takes to go on after them. */
export type CheckpointMessage = Omit<StepsMessage, "type"> & {
  readonly type: "checkpoint";
  readonly step: number;
  /** Safetensors bytes. */
  readonly weights: Uint8Array;
  readonly state: Uint8Array;
};

/** Follows the steps before it. */
export type EvaluationMessage = {
  readonly type: "evaluation";
  readonly runId: number;
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
};

/** Follows the steps before it. */
export type ProbeMessage = {
  readonly type: "probe";
  readonly runId: number;
  readonly probe: Probe;
};

/** What the rules say after `step` updates, in place of what they said before. */
export type FindingsMessage = {
  readonly type: "findings";
  readonly runId: number;
  readonly step: number;
  readonly findings: readonly Finding[];
};

export type EndedMessage = {
  readonly type: "ended";
  readonly runId: number;
  readonly state: "finished" | "diverged" | "stopped";
  readonly reason: string;
  /** The rule that has ended it, where one has. */
  readonly rule?: Rule | null;
  readonly trainSeconds: number;
  /** What the run leaves; null where it has not finished. */
  readonly snapshot: Snapshot | null;
};

/** The model after the last update. */
export type Snapshot = {
  readonly step: number;
  readonly evaluations: readonly Evaluation[];
  readonly samples: readonly string[];
  /** Safetensors bytes. */
  readonly weights: Uint8Array;
  /** What else decides further steps. */
  readonly state: Uint8Array;
};

export type FailedMessage = {
  readonly type: "failed";
  readonly runId: number;
  readonly error: string;
  /** Why it failed: `error` unless given. */
  readonly reason?: "timeout" | "worker died" | "worker hung";
  readonly trainSeconds: number;
};

/** From a worker to the coordinator; the last of a run is `ended`, `failed` or `refused`. */
export type WorkerMessage =
  | StartedMessage
  | RefusedMessage
  | StepsMessage
  | CheckpointMessage
  | EvaluationMessage
  | ProbeMessage
  | FindingsMessage
  | EndedMessage
  | FailedMessage;
