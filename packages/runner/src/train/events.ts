import type { EngineFacts, Finding, Rule } from "@ablate/core";
import type { RunState, StorageEvent } from "@ablate/store";
import type { EndedMessage } from "./messages.ts";

/** What happens while a grid is trained, for whoever shows it. */
export type GridEvent =
  | PlannedEvent
  | SkippedEvent
  | KeptEvent
  | StartedEvent
  | UnusedEvent
  | EngineEvent
  | ThreadsEvent
  | RetriedEvent
  | ProgressEvent
  | FindingsEvent
  | EndEvent
  | StorageEvent
  | RemoteEvent
  | DoneEvent;

/** An event of one run, by its name. */
type OfRun<Event extends string> = { readonly event: Event; readonly run: string };

type PlannedEvent = {
  readonly event: "planned";
  readonly grid: string;
  readonly runs: number;
  readonly toTrain: number;
  /** Runs that have their result: finished, or diverged. */
  readonly done: number;
  /** Steps of all runs to train. */
  readonly steps: number;
};

type SkippedEvent = OfRun<"skipped"> & {
  readonly state: RunState;
  /** The revisions of the engine that trained it, separated by commas; null: the current one alone, or none. */
  readonly otherRevision: string | null;
  /** Of a failed run its checkpoint that another revision has made, which it goes on from only if that is wanted. */
  readonly keptStep: number | null;
  readonly keptRevision: number | null;
  /** Of a recorded run, which nobody trains here, the format of its log. */
  readonly source?: string;
};

/** A run that is left as it is: another revision of the engine made its checkpoint, after `step` updates. */
export type KeptRun = {
  readonly run: string;
  readonly step: number;
  readonly revision: number;
  /** The revision that would go on. */
  readonly current: number;
};

type KeptEvent = OfRun<"kept"> & KeptRun;

/** What happens on the way to workers of other machines. */
export type RemoteEvent = DatabaseEvent | WorkersEvent | OutboxEvent | PlacedEvent | EvictedEvent;

/** The database that runs are handed out by: it is connected, does not answer, or answers again. */
type DatabaseEvent = {
  readonly event: "database";
  readonly state: "connected" | "waiting" | "over";
  /** Its address, without a password. */
  readonly database: string;
  /** What keeps it from answering; null: it does. */
  readonly error: string | null;
  /** Since when it does not, or had not. */
  readonly seconds: number;
};

/** Sent once it is connected, and when they are more or fewer than before. */
type WorkersEvent = {
  readonly event: "workers";
  /** Processes of `ablate worker` that are there and can train this grid. */
  readonly workers: number;
  /** Runs that they train at a time, together. */
  readonly slots: number;
  readonly database: string;
};

/** What workers have sent and is not in the store yet is as much as may be: they wait, or go on. */
type OutboxEvent = {
  readonly event: "outbox";
  readonly state: "full" | "over";
  readonly bytes: number;
  readonly limit: number;
};

/** A worker of another machine has begun to train the run. */
type PlacedEvent = OfRun<"placed"> & { readonly host: string };

/** The worker that trained it was told to go; the run is handed to another one, which is no retry. */
type EvictedEvent = OfRun<"evicted"> &
  Origin & {
    /** The machine that it was on; null: this one. */
    readonly host: string | null;
  };

type DoneEvent = {
  readonly event: "done";
  readonly grid: string;
  readonly trained: number;
  readonly skipped: number;
  readonly bad: number;
  readonly left: number;
  readonly kept: number;
  readonly seconds: number;
};

/** Where a run begins this time. */
export type Origin = {
  /** Updates that were made before. */
  readonly from: number;
  /** The run that made them: itself, or a shorter one; null: none were. */
  readonly of: string | null;
  /** The revision of the engine that made the last of them; null: none were, or the same goes on. */
  readonly ofRevision: number | null;
};

/** Sent before a run's first step of this time. */
type StartedEvent = OfRun<"started"> &
  Origin & {
    readonly index: number;
    readonly toTrain: number;
    readonly steps: number;
    /** Of the engine that makes the updates from here on. */
    readonly revision: number;
  };

/** A checkpoint was not used from which the run could have gone on. */
type UnusedEvent = OfRun<"unused"> & { readonly message: string };

/** On what an engine that has several backends runs; sent once. */
type EngineEvent = { readonly event: "engine" } & EngineFacts;

/** By how many threads a run is computed: told when they are more than before, or fewer than they were to be. */
type ThreadsEvent = OfRun<"threads"> & {
  readonly threads: number;
  /** Why there are no more; null: nothing is wrong. */
  readonly refusal: string | null;
};

/** The worker that trained it died or hung; the run begins again, at its last checkpoint if it has one. */
type RetriedEvent = OfRun<"retried"> &
  Origin & {
    readonly error: string;
    /** The one that begins: 2 is the first of them. */
    readonly attempt: number;
  };

/** Sent with every recorded block, after `step` updates. `loss` is the mean of the last 100 steps. */
type ProgressEvent = OfRun<"progress"> & {
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  /** Loss of the last evaluation of the validation split, with running statistics where there is batch norm. */
  readonly validLoss: number | null;
  readonly stepsPerSecond: number | null;
};

/** What the rules say after `step` updates: at initialisation, and when it is something else than before. */
export type FindingsEvent = OfRun<"findings"> & {
  readonly step: number;
  readonly findings: readonly Finding[];
};

/** After `step` updates of the `steps` that were planned. */
export type EndEvent = OfRun<"ended"> &
  Omit<ProgressEvent, "event"> & {
    /** `interrupted`: another process has taken the run over, or the store was given up. */
    readonly state: EndedMessage["state"] | "failed" | "interrupted";
    readonly error: string | null;
    /** The rule that has ended it, where one has. */
    readonly rule: Rule | null;
    readonly trainLoss: number | null;
  };
