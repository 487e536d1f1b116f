import { createHash } from "node:crypto";

/** sha256, hex, of what a checkpoint consists of. */
export function checkpointDigest(weights: Uint8Array, state: Uint8Array | null): string {
  const hash = createHash("sha256").update(weights);
  return (state === null ? hash : hash.update(state)).digest("hex");
}
