/** What the self-test does with each kernel. */
import type { Case } from "./self-test-bed.ts";
import * as inputs from "./self-test-inputs.ts";
import * as maps from "./self-test-maps.ts";
import * as norms from "./self-test-norms.ts";
import * as products from "./self-test-products.ts";
import * as updates from "./self-test-updates.ts";

/** The kernels that cases are about, of several the first. */
export const CASE_NAMES = [
  "maddEach",
  "gemm",
  "gemmTransposedA",
  "gemmTransposedB",
  "tanhForward",
  "tanhBackward",
  "reluForward",
  "reluBackward",
  "expForward",
  "logForward",
  "geluForward",
  "geluTanhForward",
  "siluForward",
  "eluForward",
  "leakyReluForward",
  "leakyReluBackward",
  "sigmoidForward",
  "sigmoidBackward",
  "softplusForward",
  "add",
  "multiply",
  "scale",
  "clamp",
  "batchMoments",
  "columnMoments",
  "layerNorm",
  "rmsNorm",
  "columnSums",
  "crossEntropy",
  "smoothedCrossEntropy",
  "flattenRows",
  "update",
  "descendBlocks",
  "optimizers",
  "squares",
  "takeExamples",
  "forwardTokens",
] as const;

export type CaseName = (typeof CASE_NAMES)[number];

export const CASES: Readonly<Record<CaseName, Case>> = {
  ...products,
  ...maps,
  ...norms,
  ...updates,
  ...inputs,
};
