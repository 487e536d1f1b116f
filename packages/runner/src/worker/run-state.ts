/** The `state` of a checkpoint: what decides further steps beside the weights, as JSON bytes. */
import {
  type Checkpoint,
  CheckpointError,
  type DiagnosisState,
  type EarlyStopState,
} from "@ablate/core";

/** What writes it; what does not know a version starts a run anew rather than guess. */
const VERSION = 1;

export type RunState = {
  readonly trainer: Checkpoint["state"];
  /** Of early stopping; null where a run makes all its steps. */
  readonly stop: EarlyStopState | null;
  readonly diagnosis: DiagnosisState;
};

export function encodeRunState({ trainer, stop, diagnosis }: RunState): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ version: VERSION, trainer, stop, diagnosis }));
}

/** @throws CheckpointError - it is none, or one of another version */
export function decodeRunState(bytes: Uint8Array): RunState {
  const value = parsed(new TextDecoder().decode(bytes));
  if (!isRunState(value)) {
    throw new CheckpointError("its state is not one that this version knows");
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRunState(value: unknown): value is RunState {
  if (!isRecord(value) || value.version !== VERSION) return false;
  const { trainer, stop, diagnosis } = value;
  const isStop = stop === null || isRecord(stop);
  return isRecord(trainer) && isRecord(trainer.generator) && isStop && isRecord(diagnosis);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
