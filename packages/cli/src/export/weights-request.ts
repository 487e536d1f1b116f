import type { WhichWeights } from "@ablate/store";
import type { FileTarget } from "./whole-files.ts";

export const WEIGHTS_FORMATS = ["safetensors", "pytorch"] as const;

/** What of the weights is written, and how. */
export type WeightsRequest = {
  readonly format: (typeof WEIGHTS_FORMATS)[number];
  readonly target: FileTarget;
  readonly which: WhichWeights;
  /** Whether what the optimiser keeps is written, too. */
  readonly hasOptimizer: boolean;
};
