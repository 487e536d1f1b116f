/** Makes the trainer of a run, at initialisation or at a checkpoint. */
import {
  CheckpointError,
  type Dataset,
  EngineError,
  type LoadedEngine,
  Trainer,
} from "@ablate/core";
import { RunDiagnosis } from "../diagnose/run-diagnosis.ts";
import { isDiagnosisState } from "../diagnose/stored-state.ts";
import type { TrainMessage } from "../train/messages.ts";
import { decodeRunState, type RunState } from "./run-state.ts";

/** A trainer where the run begins or goes on. */
export type BegunRun = {
  readonly trainer: Trainer;
  /** Updates made before. */
  readonly from: number;
  /** Step of the checkpoint; null: the run starts at initialisation. */
  readonly state: RunState | null;
  /** Why the checkpoint that was given is not used. */
  readonly unused: string | null;
};

/** @throws EngineError - the run has begun on another backend */
export function beginRun(message: TrainMessage, dataset: Dataset, engine: LoadedEngine): BegunRun {
  const { spec, resume, threads } = message;
  const mostThreads = threads.most;
  const fresh = (unused: string | null): BegunRun => {
    return {
      trainer: new Trainer(spec, dataset, { engine, mostThreads }),
      from: 0,
      state: null,
      unused,
    };
  };
  if (resume === null) return fresh(null);
  const { step, weights, run } = resume;
  if (resume.backend !== null && resume.backend !== engine.backend) {
    if (resume.isOwn) {
      const why = engine.reason === null ? "" : ` (${engine.reason})`;
      throw new EngineError(
        `${run} began on the backend ${resume.backend} and continues only there, but this machine has ${engine.backend}${why}; install ${resume.backend} (ablate doctor lists the backends), or start the run again with --restart`,
      );
    }
    return fresh(`${run} was trained on ${resume.backend}, here it is ${engine.backend}`);
  }
  try {
    const state = decodeRunState(resume.state);
    const checkpoint = { step, weights, optimizer: state.optimizer, state: state.trainer };
    const trainer = new Trainer(spec, dataset, { engine, checkpoint, mostThreads });
    const { state: fresh } = new RunDiagnosis(message, trainer.parameters);
    if (isDiagnosisState(state.diagnosis, { fresh, step })) {
      return { trainer, from: step, state, unused: null };
    }
    trainer.dispose();
    throw new CheckpointError("its diagnosis is not one of this run");
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return fresh(`the checkpoint of ${run} at step ${step} is of no use: ${error.message}`);
  }
}
