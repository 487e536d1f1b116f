/** The process that reads logs while another one shows them: reading a large one must not keep keys waiting. */
import { setTimeout as delay } from "node:timers/promises";
import { openWriter } from "@ablate/store";
import { recordLogs } from "../recorder.ts";
import type { FollowMessage, FollowRequest } from "./messages.ts";
import { takeLock } from "./reading-lock.ts";

/** Milliseconds between two checks whether the process that has the lock is gone. */
const ASK_AGAIN_MS = 500;

const stop = new AbortController();

// Whoever shows the logs decides; a signal from the terminal ends that process, and this one with it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"]) process.on(signal, () => {});
process.once("disconnect", () => stop.abort());
process.once("message", (request: FollowRequest) => {
  follow(request)
    .catch((error: unknown) =>
      send({ type: "failed", message: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => {
      if (process.connected) process.disconnect();
    });
});

async function follow({ store: path, paths, lock }: FollowRequest): Promise<void> {
  const release = lock === null ? () => {} : await lockOnce(lock);
  if (release === null) return;
  const store = openWriter(path);
  try {
    const { trouble } = await recordLogs({
      ...{
        store,
        paths,
        isFollowed: true,
        isCache: lock !== null,
        signal: stop.signal,
        leftOut: lock === null ? [] : [lock],
      },
      onRead: (read) => send({ type: "read", ...read }),
      onEvent: (event) => {
        if (event.event === "trouble") send({ type: "trouble", message: event.message });
      },
    });
    if (trouble !== null) send({ type: "failed", message: trouble.message });
  } finally {
    store.close();
    release();
  }
}

/** Waits until no other process reads these logs; null where nobody waits for this one any more. */
async function lockOnce(path: string): Promise<(() => void) | null> {
  for (let isTold = false; !stop.signal.aborted; ) {
    const release = takeLock(path);
    if (release !== null) return release;
    if (!isTold) send({ type: "waiting" });
    isTold = true;
    await delay(ASK_AGAIN_MS, undefined, { signal: stop.signal }).catch(() => {});
  }
  return null;
}

function send(message: FollowMessage): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
