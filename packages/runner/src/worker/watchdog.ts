/**
 * A thread of a worker process, awake while training or an evaluation blocks the main one. It gives
 * the coordinator a sign of life as long as the main thread computes or turns its event loop, and ends
 * the process when the coordinator is gone.
 */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";

export type WatchdogData = {
  /** Counts the turns of the main thread's event loop. */
  readonly turns: Int32Array;
  readonly parent: number;
  /** The file descriptor that takes signs of life. */
  readonly pipe: number;
};

const CHECK_MS = 1000;
/** Less than this in a second is what the thread itself takes, not a main thread that computes. */
const COMPUTING_MICROSECONDS = 5000;

function watch({ turns, parent, pipe }: WatchdogData): void {
  let seenTurns = -1;
  let seenCpu = 0;
  const check = (): void => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
    const { user, system } = process.cpuUsage();
    const count = Atomics.load(turns, 0);
    const isAlive = count !== seenTurns || user + system - seenCpu > COMPUTING_MICROSECONDS;
    seenTurns = count;
    seenCpu = user + system;
    if (isAlive) beat(pipe);
  };
  check();
  setInterval(check, CHECK_MS);
}

/** Gives a sign of life. A full or closed pipe means a coordinator that is stopped or gone. */
function beat(pipe: number): void {
  try {
    writeSync(pipe, ".");
  } catch {}
}

watch(workerData);
