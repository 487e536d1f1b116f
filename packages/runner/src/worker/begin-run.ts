import {
  CheckpointError,
  type Dataset,
  EngineError,
  type LoadedEngine,
  Trainer,
} from "@ablate/core";
import type { ResumeFrom, TrainMessage } from "../train/messages.ts";
import { decodeRunState, type RunState } from "./run-state.ts";

/** A trainer where the run begins or goes on. */
export type BegunRun = {
  readonly trainer: Trainer;
  /** Updates made before. */
  readonly from: number;
  /** Of the checkpoint; null: it starts at initialisation. */
  readonly state: RunState | null;
  /** Why the checkpoint that was given is not used. */
  readonly unused: string | null;
};

/** @throws EngineError - the run has begun on another backend */
export function beginRun(
  { spec, resume }: TrainMessage,
  dataset: Dataset,
  engine: LoadedEngine,
): BegunRun {
  const fresh = (unused: string | null): BegunRun => {
    return { trainer: new Trainer(spec, dataset, { engine }), from: 0, state: null, unused };
  };
  if (resume === null) return fresh(null);
  const { step, weights, run } = resume;
  if (resume.backend !== null && resume.backend !== engine.backend) {
    if (resume.isOwn) throw new EngineError(otherBackend(resume, engine));
    return fresh(`${run} was trained on ${resume.backend}, here it is ${engine.backend}`);
  }
  try {
    const state = decodeRunState(resume.state);
    const checkpoint = { step, weights, state: state.trainer };
    const trainer = new Trainer(spec, dataset, { engine, checkpoint });
    return { trainer, from: step, state, unused: null };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return fresh(`the checkpoint of ${run} at step ${step} is of no use: ${error.message}`);
  }
}

function otherBackend({ run, backend }: ResumeFrom, engine: LoadedEngine): string {
  const why = engine.reason === null ? "" : ` (${engine.reason})`;
  return `${run} began on the backend ${backend} and goes on there only, here it is ${engine.backend}${why}; get ${backend} back (ablate doctor says what runs here), or start the run anew with --restart`;
}
