/** What the training of a run takes of its machine, as metrics by the names and in the units of the Python recorder. */
import type { MetricPoint } from "@ablate/store";

const MIB = 1024 * 1024;

/** A reading takes some 20 us, and a chart of a minute has points enough. */
const READ_EVERY_MS = 1000;
/** The end of a run is read too, unless so little came after the reading before that chance decides. */
const LEAST_MS = 250;

const CPU = "system/cpu";
const MEMORY = "system/memory";
const SPEED = "system/steps_per_s";

/** The metrics that every run gets which is trained here. */
export const RESOURCES: readonly string[] = [CPU, MEMORY, SPEED];

/** How far a run is: updates, and the seconds spent in the training loop. */
type Progress = { readonly step: number; readonly seconds: number };

type Reading = Progress & { readonly atMs: number; readonly cpuMs: number };

/**
 * Reads what the process takes that trains one run at a time: the processor time of all its threads (100 % is one core),
 * its resident memory, which its threads share, and the steps per second of the training loop; each but the memory since
 * the reading before.
 */
export class ResourceMeter {
  #before: Reading;
  #hasRead = false;

  constructor(progress: Progress) {
    this.#before = readingAt(progress);
  }

  /** Returns what there is to record; nothing where it is not yet time. */
  read(progress: Progress, isEnd: boolean): readonly MetricPoint[] {
    const ms = performance.now() - this.#before.atMs;
    const isTime = ms >= (isEnd && this.#hasRead ? LEAST_MS : isEnd ? 0 : READ_EVERY_MS);
    if (!isTime || progress.step === this.#before.step) return [];
    const [before, now] = [this.#before, readingAt(progress)];
    this.#before = now;
    this.#hasRead = true;
    const step = now.step - 1;
    return [
      { name: CPU, step, value: (100 * (now.cpuMs - before.cpuMs)) / (now.atMs - before.atMs) },
      { name: MEMORY, step, value: process.memoryUsage.rss() / MIB },
      { name: SPEED, step, value: (now.step - before.step) / (now.seconds - before.seconds) },
    ];
  }
}

function readingAt(progress: Progress): Reading {
  const { user, system } = process.cpuUsage();
  return { ...progress, atMs: performance.now(), cpuMs: (user + system) / 1000 };
}
