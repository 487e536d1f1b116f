/** Words of a lane, of 32 bits: what the owner writes, and two cache lines later what the helper writes. */
const GIVEN = 0;
const OWNER_SLEEPS = 1;
const DONE = 32;
const HELPER_SLEEPS = 33;
/** Bytes before the job, which lies beside the owner's words. */
const JOB_AT = 8;
/** The kernel, then its arguments. */
export const JOB_LENGTH = 15;
const LANE_BYTES = 256;

/** Jobs that are no kernel: to make an instance of the kernels, and to end. */
export const JOIN = -1;
export const END = -2;

/** DONE of a helper that is not there yet, and of one that could not do its job. */
const ABSENT = -1;
const FAILED = -2;
/** Jobs are counted up to here, then from 1 again. */
const MOST_JOBS = 0x3fffffff;

/**
 * How often a thread looks before it sleeps: about 100 microseconds. Calls of a step follow each other faster, and
 * waking a thread costs ten times what a glance does.
 */
const GLANCES = 20_000;

/**
 * A place in shared memory where the thread that owns a run gives one helper one job at a time. Each waits for the
 * other by looking first and asleep later: a helper that has nothing to do takes no time of its core.
 */
export class Lane {
  /** The next job, which the owner writes before `give`. */
  readonly job: Float64Array;
  readonly #words: Int32Array;
  /** Jobs given so far. */
  #jobs = 0;

  constructor(lanes: SharedArrayBuffer, index: number) {
    const at = index * LANE_BYTES;
    this.#words = new Int32Array(lanes, at, LANE_BYTES / 4);
    this.job = new Float64Array(lanes, at + JOB_AT, JOB_LENGTH);
  }

  /** Makes room for so many lanes, whose helpers are not there yet. */
  static room(lanes: number): SharedArrayBuffer {
    const room = new SharedArrayBuffer(lanes * LANE_BYTES);
    for (let i = 0; i < lanes; i++) new Lane(room, i).#words[DONE] = ABSENT;
    return room;
  }

  /** Whether the helper is there and waits for a job. */
  get isFree(): boolean {
    return Atomics.load(this.#words, DONE) === this.#jobs;
  }

  /** Lets the helper do the job. */
  give(): void {
    const words = this.#words;
    this.#jobs = this.#jobs === MOST_JOBS ? 1 : this.#jobs + 1;
    Atomics.store(words, GIVEN, this.#jobs);
    if (Atomics.load(words, HELPER_SLEEPS) === 1) Atomics.notify(words, GIVEN);
  }

  /** Waits until the helper has done its job; returns whether it could. */
  isDone(): boolean {
    const words = this.#words;
    let done = Atomics.load(words, DONE);
    for (let i = 0; i < GLANCES && done !== this.#jobs && done !== FAILED; i++) {
      done = Atomics.load(words, DONE);
    }
    if (done === this.#jobs) return true;
    Atomics.store(words, OWNER_SLEEPS, 1);
    for (;;) {
      done = Atomics.load(words, DONE);
      if (done === this.#jobs || done === FAILED) break;
      Atomics.wait(words, DONE, done);
    }
    Atomics.store(words, OWNER_SLEEPS, 0);
    return done !== FAILED;
  }

  /** The helper's side: says that its last job is done, and waits for the next. */
  next(): void {
    const words = this.#words;
    this.#tell(this.#jobs);
    for (let i = 0; i < GLANCES; i++) {
      const given = Atomics.load(words, GIVEN);
      if (given === this.#jobs) continue;
      this.#jobs = given;
      return;
    }
    Atomics.store(words, HELPER_SLEEPS, 1);
    while (Atomics.load(words, GIVEN) === this.#jobs) Atomics.wait(words, GIVEN, this.#jobs);
    Atomics.store(words, HELPER_SLEEPS, 0);
    this.#jobs = Atomics.load(words, GIVEN);
  }

  /** The helper's side: says that it does no more jobs. */
  fail(): void {
    this.#tell(FAILED);
  }

  #tell(done: number): void {
    Atomics.store(this.#words, DONE, done);
    if (Atomics.load(this.#words, OWNER_SLEEPS) === 1) Atomics.notify(this.#words, DONE);
  }
}
