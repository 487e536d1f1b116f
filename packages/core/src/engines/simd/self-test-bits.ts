// Written by `node --run kernel-bits`.
import type { CaseName } from "./self-test-cases.ts";

export type KernelBits = Readonly<Record<CaseName, number>>;

/** Hashes of what each case of the self-test computes: the same on every machine. */
export const KERNEL_BITS: KernelBits = {
  maddEach: 0x2ec1ed01,
  gemm: 0x92dfa37c,
  gemmTransposedA: 0x99245643,
  gemmTransposedB: 0xbd35ceaf,
  tanhForward: 0x5991aa1b,
  tanhBackward: 0xc4b0709e,
  reluForward: 0x6d9d917d,
  reluBackward: 0x0cc59d79,
  expForward: 0xa7d333c0,
  logForward: 0xe151cbc4,
  geluForward: 0x27687cb7,
  geluTanhForward: 0x5528ddd3,
  siluForward: 0xa1ac148b,
  eluForward: 0xf497f493,
  leakyReluForward: 0xab5f9a4e,
  leakyReluBackward: 0xe716b96c,
  sigmoidForward: 0x32d21cd8,
  sigmoidBackward: 0x6fc131cf,
  softplusForward: 0x5b137db0,
  add: 0x36dc873f,
  multiply: 0x38c6511d,
  scale: 0x2d6046ac,
  clamp: 0x534e6ec1,
  batchMoments: 0xd4d3ac50,
  columnMoments: 0x9e65bdad,
  layerNorm: 0xe6504773,
  rmsNorm: 0x743694cd,
  columnSums: 0x9abd4f3b,
  crossEntropy: 0xc9de14a9,
  smoothedCrossEntropy: 0xec58cb94,
  flattenRows: 0x0febad16,
  update: 0x267a65ab,
  descendBlocks: 0xa9af3d57,
  takeExamples: 0xf7a97425,
  forwardTokens: 0x536acb9e,
};
