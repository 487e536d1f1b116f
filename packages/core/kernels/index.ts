// Everything the host may call. Each family is one file; operands are row-major float32 matrices in the
// imported memory, addressed by byte offsets, with a row stride (`ld`, in elements) that is a multiple of 4.
// Elements between a row's last column and its stride are zero and stay zero.
export { gemm, gemmTransposedA, gemmTransposedB } from "./gemm";
export { columnSums, gather, scatterAdd } from "./embedding";
export {
  expForward, logForward, reluBackward, reluForward, tanhBackward, tanhForward,
} from "./activation";
export {
  batchMoments, columnMoments, divisorOf, finishMoments, foldRunning, normalise, normBackward,
} from "./batch-norm";
export { crossEntropy } from "./cross-entropy";
export { update } from "./update";
export { cos, exp, ln, ln1p, log10, sin } from "./scalar";

/** First byte that the kernels' own constants leave free. */
export function heapBase(): usize {
  return __heap_base;
}
