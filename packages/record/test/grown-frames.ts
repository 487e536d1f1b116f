import { framesOf } from "./make-frames.ts";

const ENDS = ["finished", "failed", "stopped"] as const;

/** The frames of a log that grows in tests: many and short. */
export function grownFrames(end: string): readonly Buffer[] {
  const known = ENDS.find((one) => one === end) ?? null;
  return framesOf({ steps: 6000, block: 10, metrics: ["gradient_norm"], end: known });
}
