import type { ClipSpec } from "../spec.ts";

/** What PyTorch adds to the norm before it divides by it. */
const MARGIN = 1e-6;

/** Returns what clipping multiplies gradients of this norm by: 1 unless they are clipped by norm. */
export function clipFactor(clip: ClipSpec | undefined, norm: number): number {
  return clip?.by === "norm" ? Math.min(1, clip.most / (norm + MARGIN)) : 1;
}
