/** The workers of other machines, as a coordinator sees them: hands attempts out, and drains what comes of them. */

import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { NameLists } from "@ablate/core";
import type {
  HandedOver,
  Line,
  OpenAttempt,
  StartedMessage,
  TrainMessage,
  Workforce,
} from "@ablate/runner";
import type { Mark } from "@ablate/store";
import {
  decodeTrainMessage,
  decodeWorkerMessage,
  encodeMessage,
  encodeNames,
} from "../codec/codec.ts";
import { CodecError } from "../codec/codec-error.ts";
import { type AttemptState, CoordinatorWire, type LiveAttempt } from "../wire/coordinator-wire.ts";
import { queueName, type Tie } from "../wire/protocol.ts";
import { RemoteLine } from "./remote-line.ts";
import { TroubleEvents } from "./trouble-events.ts";
import type { WorkforceOptions } from "./workforce-options.ts";

/** Whoever is called by many messages looks at states and workers not more often. */
const POLL_AGAIN_MS = 200;
/** A database that does not answer is waited for so long in the end: the next coordinator ends what is left. */
const LAST_WAIT_MS = 3000;

/** Why no worker goes on with an attempt, and whether one had begun. */
type Loss = { readonly cause: string; readonly isBegun: boolean };

/** What is read at a time: SQLite takes a row in about a millisecond. */
const MOST_ROWS = 64;
const MOST_BYTES = 32 * 1024 * 1024;

export class RemoteWorkforce implements Workforce {
  readonly open: readonly OpenAttempt[];
  readonly #wire: CoordinatorWire;
  readonly #events: TroubleEvents;
  readonly #lines = new Map<string, RemoteLine>();
  /** Attempts that workers can take already and that have no line yet: what is said of them waits. */
  readonly #coming = new Set<string>();
  /** The last message that was read of each attempt. */
  readonly #read = new Map<string, number>();
  /** Attempts that no worker goes on with, and why. */
  readonly #lost = new Map<string, Loss>();
  /** Attempts of which a message could not be read. */
  readonly #damaged = new Set<string>();
  /** What each attempt's worker has said first. */
  readonly #begun = new Map<string, StartedMessage>();
  /** Attempts whose worker is done, and the last message that was read by then. */
  readonly #done = new Map<string, number>();
  readonly #files = new Map<string, Promise<void>>();
  readonly #pending = new Set<Promise<unknown>>();
  readonly #slotListeners = new Set<(slots: number) => void>();
  readonly #failureListeners = new Set<(error: unknown) => void>();
  #slots = 0;
  #failure: unknown = null;
  #inFlight = 0;
  #stored: Mark[] = [];
  #isFlushing = false;
  #isPumping = false;
  #isAskedAgain = false;
  #isClosed = false;
  #polledAt = Number.NEGATIVE_INFINITY;
  /** Set where something was heard so soon after a poll that the next one is still due. */
  #pollAgain: NodeJS.Timeout | undefined;

  private constructor(
    wire: CoordinatorWire,
    live: readonly LiveAttempt[],
    options: WorkforceOptions,
  ) {
    this.#wire = wire;
    this.#events = new TroubleEvents(wire.database, options);
    this.open = live.flatMap((attempt) => this.#opened(attempt));
  }

  /**
   * @throws HeldStoreError - another coordinator has the store
   * @throws DatabaseError
   */
  static async open(options: WorkforceOptions): Promise<RemoteWorkforce> {
    const wire = await CoordinatorWire.open(options.address, options.facts);
    wire.onLost(options.onLost);
    try {
      const workforce = new RemoteWorkforce(wire, await wire.live(), options);
      await workforce.#poll();
      wire.onNews(() => workforce.#hear());
      return workforce;
    } catch (error) {
      await wire.close();
      throw error;
    }
  }

  onSlots(listener: (slots: number) => void): () => void {
    this.#slotListeners.add(listener);
    listener(this.#slots);
    return () => this.#slotListeners.delete(listener);
  }

  onFailure(listener: (error: unknown) => void): () => void {
    this.#failureListeners.add(listener);
    if (this.#failure !== null) listener(this.#failure);
    return () => this.#failureListeners.delete(listener);
  }

  newLine(): Line {
    return this.#newLine(null);
  }

  /** Resolves when the database knows all that was decided, and lets go of the store. */
  async close(): Promise<void> {
    this.#events.end();
    while (this.#failure === null && this.#pending.size > 0) {
      const settled = Promise.allSettled([...this.#pending]).then(() => true);
      const isSettled = await Promise.race([settled, delay(LAST_WAIT_MS, false, { ref: false })]);
      if (!isSettled && this.#wire.database.trouble !== null) break;
    }
    this.#isClosed = true;
    clearTimeout(this.#pollAgain);
    this.#events.close();
    await this.#wire.close();
  }

  #newLine(adopted: string | null): RemoteLine {
    return new RemoteLine(
      {
        handOut: (message, data, run) => this.#handOut(message, data, run),
        order: (attempt, stop) => this.#wire.order(attempt, stop),
        withdraw: (attempt) => this.#wire.withdraw(attempt),
        close: (attempt, seq) => this.#close(attempt, seq),
        stored: (mark) => this.#store(mark),
        attach: (attempt, line) => {
          this.#coming.delete(attempt);
          this.#lines.set(attempt, line);
          this.#hear();
        },
        detach: (attempt, unstored) => {
          this.#lines.delete(attempt);
          this.#inFlight -= unstored;
        },
        run: (work) => this.#run(work),
      },
      adopted,
    );
  }

  /** Returns an attempt of an earlier coordinator; one that this version cannot go on with is ended. */
  #opened({ id, runHash: hash, token, queue, request }: LiveAttempt): OpenAttempt[] {
    const drop = (): void => this.#run(this.#close(id, Number.MAX_SAFE_INTEGER));
    try {
      const { engine, resume } = decodeTrainMessage(request);
      const name = queueName(engine);
      if (queue === name || queue.startsWith(`${name}.`)) {
        this.#coming.add(id);
        return [{ id, hash, token, resume, line: () => this.#newLine(id), drop }];
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
    drop();
    return [];
  }

  async #handOut(message: TrainMessage, data: NameLists, run: HandedOver): Promise<string> {
    const { dataHash, engine } = message;
    const file = this.#files.get(dataHash) ?? this.#wire.putFile(dataHash, encodeNames(data));
    this.#files.set(dataHash, file);
    await file;
    const id = randomUUID();
    this.#coming.add(id);
    const queue = queueName(engine, tieOf(message));
    const { hash: runHash, name, token } = run;
    const request = encodeMessage(message);
    await this.#wire.handOut({ id, runHash, run: name, queue, token, dataHash, request });
    return id;
  }

  async #close(attempt: string, seq: number): Promise<void> {
    this.#coming.delete(attempt);
    this.#lost.delete(attempt);
    this.#begun.delete(attempt);
    this.#done.delete(attempt);
    await this.#wire.revoke(attempt, { isUnwanted: seq === Number.MAX_SAFE_INTEGER });
    const last = Math.min(seq, this.#read.get(attempt) ?? -1);
    const marks = last < 0 ? [] : [0, last].map((one) => ({ attempt, seq: one }));
    await this.#wire.stored(marks);
    this.#read.delete(attempt);
  }

  #store(mark: Mark): void {
    this.#stored.push(mark);
    this.#inFlight -= 1;
    if (!this.#isFlushing) this.#run(this.#flush());
  }

  async #flush(): Promise<void> {
    this.#isFlushing = true;
    try {
      while (this.#stored.length > 0) {
        const stored = this.#stored;
        this.#stored = [];
        await this.#wire.stored(stored);
      }
    } finally {
      this.#isFlushing = false;
    }
    this.#hear();
  }

  #hear(): void {
    this.#isAskedAgain = true;
    if (!this.#isPumping && !this.#isClosed && this.#failure === null) this.#run(this.#pump());
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (this.#isAskedAgain && !this.#isClosed) {
        this.#isAskedAgain = false;
        await this.#drain();
        await this.#poll();
      }
    } finally {
      this.#isPumping = false;
    }
  }

  /** Passes on messages as fast as they are stored. */
  async #drain(): Promise<void> {
    while (this.#inFlight < MOST_ROWS) {
      const limit = { rows: MOST_ROWS - this.#inFlight, bytes: MOST_BYTES };
      const all = await this.#wire.rows(this.#read, limit);
      const rows = all.filter(({ attempt }) => !this.#coming.has(attempt));
      for (const { attempt, seq, body } of rows) {
        this.#read.set(attempt, seq);
        this.#deliver(body, { attempt, seq });
      }
      if (rows.length > 0) continue;
      this.#sayGone();
      return;
    }
  }

  #deliver(body: Buffer, mark: Mark): void {
    const { attempt } = mark;
    const line = this.#lines.get(attempt);
    if (line === undefined || this.#damaged.has(attempt)) return;
    try {
      const message = decodeWorkerMessage(body, this.#begun.get(attempt));
      if (message.type === "started") this.#begun.set(attempt, message);
      if (line.deliver(message, mark)) this.#inFlight += 1;
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#damaged.add(attempt);
      this.#lost.set(attempt, { cause: `its worker has sent ${error.message}`, isBegun: true });
      this.#run(this.#wire.revoke(attempt));
    }
  }

  /** Tells lines of lost attempts, once all that their workers said is stored. */
  #sayGone(): void {
    for (const [attempt, { cause, isBegun }] of this.#lost) {
      const line = this.#lines.get(attempt);
      if (line === undefined) this.#lost.delete(attempt);
      else if (line.isQuiet) line.gone(attempt, isBegun ? cause : null);
    }
  }

  /** Polls which worker has which attempt, and which workers are present. */
  async #poll(): Promise<void> {
    const now = performance.now();
    const rest = this.#polledAt + POLL_AGAIN_MS - now;
    if (rest > 0) {
      this.#pollAgain ??= setTimeout(() => this.#hear(), rest).unref();
      return;
    }
    clearTimeout(this.#pollAgain);
    this.#pollAgain = undefined;
    this.#polledAt = now;
    const known = [...this.#lines.keys()];
    const states = new Map((await this.#wire.states()).map((state) => [state.attempt, state]));
    for (const attempt of known) {
      const state = states.get(attempt);
      const loss = lossOf(state) ?? this.#lossOfDone(attempt, state);
      if (loss === null) {
        if (state?.state !== "waiting") this.#lines.get(attempt)?.taken(attempt);
      } else if (!this.#lost.has(attempt)) {
        // From here on nothing more comes of it; what is there already is drained first.
        if (state !== undefined) await this.#wire.revoke(attempt);
        this.#lost.set(attempt, loss);
        this.#isAskedAgain = true;
      }
    }
    const { workers, slots } = await this.#wire.workers();
    this.#events.outbox(await this.#wire.backlog());
    this.#events.workers(workers, slots);
    if (slots === this.#slots) return;
    this.#slots = slots;
    for (const listener of this.#slotListeners) listener(slots);
  }

  /** A worker that is done has said its last message before: one that was not heard of twice is none. */
  #lossOfDone(attempt: string, state: AttemptState | undefined): Loss | null {
    if (state?.state !== "done" || this.#lines.get(attempt)?.isQuiet !== true) return null;
    const read = this.#read.get(attempt) ?? -1;
    const isSame = this.#done.get(attempt) === read;
    this.#done.set(attempt, read);
    return isSame ? { cause: "its worker has ended without a last message", isBegun: true } : null;
  }

  #run(work: Promise<unknown>): void {
    const pending = work
      .catch((error: unknown) => {
        if (this.#failure !== null || this.#isClosed) return;
        this.#failure = error;
        for (const listener of this.#failureListeners) listener(error);
      })
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }
}

/** Says why no worker goes on with an attempt; null: one does, or may. */
function lossOf(state: AttemptState | undefined): Loss | null {
  if (state === undefined) {
    return { cause: "the database no longer has the attempt", isBegun: true };
  }
  if (state.state !== "lost") return null;
  const { worker } = state;
  const on = worker === null ? "" : ` on ${worker}`;
  const cause = `its worker${on} has ended, or was silent for too long`;
  return { cause, isBegun: worker !== null };
}

/** Returns where alone a run of TensorFlow.js goes on; null: anywhere. */
function tieOf({ engine, resume }: TrainMessage): Tie | null {
  if (engine === "simd" || resume === null || !resume.isOwn) return null;
  const { backend, backendVersion: version } = resume;
  return backend === null || version === null ? null : { backend, version };
}
