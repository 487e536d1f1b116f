/** The `state` of a checkpoint as it is stored: what decides further steps beside the weights. */
import {
  type Checkpoint,
  CheckpointError,
  type DiagnosisState,
  decodeSafetensors,
  encodeSafetensors,
  type LowestLossState,
} from "@ablate/core";
import { isRecord } from "../config/canonical-json.ts";

export type RunState = {
  readonly optimizer: Checkpoint["optimizer"];
  readonly trainer: Checkpoint["state"];
  /** State of early stopping; null where a run makes all its steps. */
  readonly stop: LowestLossState | null;
  /** What the best weights are measured by; missing where they are not kept. */
  readonly best?: LowestLossState | undefined;
  readonly diagnosis: DiagnosisState;
};

/** Version of the encoding: a version that is not known starts a run anew rather than guess. */
const VERSION = 1;

/** JSON; where the optimiser keeps something, its tensors as safetensors, whose metadata have the JSON. */
export function encodeRunState({ optimizer, ...state }: RunState): Uint8Array {
  const json = JSON.stringify({ version: VERSION, ...state });
  if (optimizer.length === 0) return new TextEncoder().encode(json);
  return encodeSafetensors({ tensors: optimizer, metadata: { [STATE]: json } });
}

const STATE = "state";

/**
 * Reads the state of a run from its checkpoint.
 *
 * @throws CheckpointError - the bytes are no state of a run, or one of another version
 */
export function decodeRunState(bytes: Uint8Array): RunState {
  try {
    const { text, optimizer } = partsOf(bytes);
    const value: unknown = JSON.parse(text);
    if (isPlainState(value)) return { ...value, optimizer };
  } catch {}
  throw new CheckpointError("its state is unknown to this version");
}

/** Safetensors begin with a length that is divisible by 8, JSON with what is not. */
function partsOf(bytes: Uint8Array): { readonly text: string } & Pick<RunState, "optimizer"> {
  if (bytes[0] === OPENING_BRACE) return { text: new TextDecoder().decode(bytes), optimizer: [] };
  const { tensors, metadata } = decodeSafetensors(bytes);
  return { text: metadata[STATE] ?? "", optimizer: tensors };
}

const OPENING_BRACE = 0x7b;

function isPlainState(value: unknown): value is Omit<RunState, "optimizer"> {
  if (!isRecord(value) || value.version !== VERSION) return false;
  const { trainer, stop, best, diagnosis } = value;
  return (
    isRecord(trainer) &&
    isRecord(trainer.generator) &&
    (stop === null || isLowestLoss(stop)) &&
    (best === undefined || isLowestLoss(best)) &&
    isRecord(diagnosis)
  );
}

function isLowestLoss(value: unknown): boolean {
  return (
    isRecord(value) &&
    Number.isFinite(value.step) &&
    (value.best === null || Number.isFinite(value.best))
  );
}
