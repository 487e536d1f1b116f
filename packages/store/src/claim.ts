import type { Claim } from "./contract/claim.ts";

/** A run without a sign of life for longer than this has lost its process, which gives one every 2 s. */
const STALE_MS = 15_000;

export type Holder = {
  readonly host: string | null;
  readonly pid: number | null;
  readonly heartbeat_at: number | null;
};

/** Whether the process that holds a run is still at it, as far as this host can tell. */
export function isAlive(holder: Holder, host: Claim["host"], now: number): boolean {
  if (now - (holder.heartbeat_at ?? 0) > STALE_MS) return false;
  return holder.host !== host || (holder.pid !== null && processExists(holder.pid));
}

/** Whether the process that holds a run is there, silent or not, as far as this host can tell. */
export function isThere({ host, pid }: Holder, here: Claim["host"]): boolean {
  return host === here && pid !== null && processExists(pid);
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
