/** A thread that ends the process of a query when it takes too much memory or nobody waits for it. */
import { rmSync, writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { OUT_OF_MEMORY } from "./messages.ts";

export type WatchdogData = {
  readonly parent: number;
  readonly mostBytes: number;
  readonly scratch: string | null;
};

const CHECK_MS = 50;

function watch({ parent, mostBytes, scratch }: WatchdogData): void {
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > mostBytes;
    if (isTooLarge) writeSync(2, OUT_OF_MEMORY);
    const isAlone = process.ppid !== parent;
    if (isAlone && scratch !== null) rmSync(scratch, { recursive: true, force: true });
    if (isTooLarge || isAlone) process.kill(process.pid, "SIGKILL");
  }, CHECK_MS);
}

watch(workerData);
