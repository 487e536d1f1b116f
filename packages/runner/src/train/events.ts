import type { EngineFacts, Finding, Rule } from "@ablate/core";
import type { RunState } from "@ablate/store";
import type { EndedMessage } from "./messages.ts";

/** What happens while a grid is trained, for whoever shows it. */
export type GridEvent =
  | {
      readonly event: "planned";
      readonly grid: string;
      readonly runs: number;
      readonly toTrain: number;
      /** Of all runs to train. */
      readonly steps: number;
    }
  | { readonly event: "skipped"; readonly run: string; readonly state: RunState }
  | StartedEvent
  | UnusedEvent
  | EngineEvent
  | RetriedEvent
  | ProgressEvent
  | FindingsEvent
  | EndEvent
  | StorageEvent
  | {
      readonly event: "done";
      readonly grid: string;
      readonly trained: number;
      readonly skipped: number;
      readonly bad: number;
      readonly left: number;
      readonly seconds: number;
    };

/** Sent before a run's first step of this time. */
export type StartedEvent = {
  readonly event: "started";
  readonly run: string;
  readonly index: number;
  readonly toTrain: number;
  readonly steps: number;
  /** Updates that were made before. */
  readonly from: number;
  /** The run that made them: itself, or a shorter one; null: none were. */
  readonly of: string | null;
};

/** A checkpoint was not used from which the run could have gone on. */
export type UnusedEvent = {
  readonly event: "unused";
  readonly run: string;
  readonly message: string;
};

/** On what an engine that has several backends runs; sent once. */
export type EngineEvent = { readonly event: "engine" } & EngineFacts;

/** The worker that trained it died or hung; the run begins again, at its last checkpoint if it has one. */
export type RetriedEvent = {
  readonly event: "retried";
  readonly run: string;
  readonly error: string;
  /** The one that begins: 2 is the first of them. */
  readonly attempt: number;
  /** As in `started`. */
  readonly from: number;
  readonly of: string | null;
};

/** The store does not take what is written, takes it again, or was given up. */
export type StorageEvent = {
  readonly event: "storage";
  readonly state: "waiting" | "over" | "given up";
  /** What keeps it from being written to. */
  readonly error: string | null;
  /** Waited so far. */
  readonly seconds: number;
  /** After which it is given up. */
  readonly limit: number;
};

/** Sent with every recorded block, after `step` updates. `loss` is the mean of the last 100 steps. */
export type ProgressEvent = {
  readonly event: "progress";
  readonly run: string;
  readonly step: number;
  readonly steps: number;
  readonly loss: number | null;
  /** Of the last evaluation of the validation split, with running statistics where there is batch norm. */
  readonly validLoss: number | null;
  readonly stepsPerSecond: number | null;
};

/** What the rules say after `step` updates: at initialisation, and when it is something else than before. */
export type FindingsEvent = {
  readonly event: "findings";
  readonly run: string;
  readonly step: number;
  readonly findings: readonly Finding[];
};

export type EndEvent = {
  readonly event: "ended";
  readonly run: string;
  /** `interrupted`: another process has taken the run over, or the store was given up. */
  readonly state: EndedMessage["state"] | "failed" | "interrupted";
  readonly error: string | null;
  /** The rule that has ended it, where one has. */
  readonly rule: Rule | null;
  /** Updates made. */
  readonly step: number;
  /** Updates planned. */
  readonly steps: number;
  readonly loss: number | null;
  readonly trainLoss: number | null;
  readonly validLoss: number | null;
  readonly stepsPerSecond: number | null;
};
