/** A thread of the process that runs a query: ends it when it takes too much memory or nobody waits for it. */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";
import { OUT_OF_MEMORY } from "./messages.ts";

export type WatchdogData = { readonly parent: number; readonly mostBytes: number };

const CHECK_MS = 50;

function watch({ parent, mostBytes }: WatchdogData): void {
  setInterval(() => {
    const isTooLarge = process.memoryUsage.rss() > mostBytes;
    if (isTooLarge) writeSync(2, OUT_OF_MEMORY);
    if (isTooLarge || process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, CHECK_MS);
}

watch(workerData);
