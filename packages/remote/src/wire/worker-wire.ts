/** What a worker says and hears: jobs, leases, messages, orders. All of it by way of the database. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../database/address.ts";
import { Database } from "../database/database.ts";
import { DatabaseError } from "../database/database-error.ts";
import { Jobs } from "../database/jobs.ts";
import { checkProtocol } from "../database/schema.ts";

export type WorkerFacts = {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly name: string;
  readonly cpu: string | null;
  readonly os: string;
  readonly node: string;
  readonly version: string;
  readonly slots: number;
  readonly queues: readonly string[];
  readonly slurm?: string;
};

/** What a worker does now, for people to see. */
export type WorkerState = {
  readonly runs: readonly { readonly run: string; readonly stepsPerSecond: number | null }[];
  readonly isLeaving: boolean;
  readonly waitsFor: string | null;
};

export type Taken = {
  readonly attempt: string;
  readonly job: string;
  readonly queue: string;
  readonly run: string;
  readonly dataHash: string;
  readonly request: Buffer;
};

export type Order = {
  readonly attempt: string;
  readonly stop: "user" | "fail-fast" | null;
  readonly isOver: boolean;
};

export type CoordinatorSeen = {
  readonly host: string;
  readonly version: string;
  readonly grid: string;
  readonly queues: readonly string[];
};

/** Random bytes that tell this session from any other. */
const SECRET_BYTES = 32;

/** A lease is over after 10 s: a connection that has died in silence must be noticed twice before. */
const BEAT_MS = 2500;

const SCHEMA_WAIT_MS = 1000;

type WireOptions = {
  readonly isPatient?: boolean;
  readonly signal?: AbortSignal;
  readonly onConnected?: () => void;
  readonly onWait?: () => void;
};

export class WorkerWire {
  readonly database: Database;
  readonly #facts: WorkerFacts;
  readonly #jobs: Jobs;
  /** The same, asked for leases alone. */
  readonly #leases: Jobs;
  readonly #queues = new Map<string, string>();
  /** Jobs whose requests, which may be large, are on their way here. */
  readonly #opening = new Set<string>();
  readonly #puts = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<() => void>();
  #isBeating = false;
  /** What is being said of this worker now; null: nothing. */
  #telling: Promise<void> | null = null;
  #isLeft = false;

  private constructor(
    database: Database,
    facts: WorkerFacts,
    { jobs, leases }: { readonly jobs: Jobs; readonly leases: Jobs },
  ) {
    this.database = database;
    this.#facts = facts;
    this.#jobs = jobs;
    this.#leases = leases;
  }

  /**
   * @param isPatient - waits for a schema that no coordinator has made yet
   * @param signal - ends this wait
   * @param onConnected - hears that the database answers
   * @param onWait - hears that there is a wait
   * @throws DatabaseError - also when the wait was ended
   */
  static async open(
    address: Address,
    facts: WorkerFacts,
    { isPatient = false, signal, onConnected, onWait }: WireOptions = {},
  ): Promise<WorkerWire> {
    const database = await Database.open(address, {
      secret: randomBytes(SECRET_BYTES).toString("hex"),
    });
    try {
      onConnected?.();
      for (let tries = 0; !(await checkProtocol(database)); tries++) {
        if (!isPatient || signal?.aborted) {
          throw new DatabaseError(
            `${address.shown}: no coordinator has been here yet (ablate run --on)`,
          );
        }
        if (tries === 0) onWait?.();
        await sleep(SCHEMA_WAIT_MS, undefined, { signal }).catch(() => {});
      }
      const jobs = await Jobs.open(database, false);
      const leases = await Jobs.open(database, false, BEAT_MS);
      const wire = new WorkerWire(database, facts, { jobs, leases });
      await database.listen("ablate_workers", () => wire.#hear());
      return wire;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Coordinators that are there; none: nobody hands out runs now. */
  async coordinators(): Promise<CoordinatorSeen[]> {
    return await this.database.query<CoordinatorSeen>(
      `select host, version, grid, queues from ablate.coordinators()`,
    );
  }

  /** Takes the next attempt of the first queue that has one. */
  async take(queues: readonly string[]): Promise<Taken | null> {
    for (;;) {
      const job = await this.database.insist(() => this.#jobs.take(queues));
      if (job === null) return null;
      this.#queues.set(job.id, job.queue);
      this.#opening.add(job.id);
      const [row] = await this.database
        .query<{ run: string; data_hash: string; request: Buffer }>(
          `select * from ablate.open_attempt($1, $2)`,
          [job.id, this.#facts.name],
        )
        .finally(() => this.#opening.delete(job.id));
      if (row !== undefined) {
        const { run, data_hash: dataHash, request } = row;
        return { attempt: job.id, job: job.id, queue: job.queue, run, dataHash, request };
      }
      await this.finish(job.id);
    }
  }

  /** The data file of an attempt. */
  async file(attempt: string): Promise<Buffer> {
    const [row] = await this.database.query<{ body: Buffer | null }>(
      `select ablate.file($1) as body`,
      [attempt],
    );
    if (row?.body != null) return row.body;
    throw new DatabaseError(`${this.database.shown}: the data of attempt ${attempt} is gone`);
  }

  /** Renews leases; what the database does not answer now is left to the next time. */
  async beat(jobs: readonly string[]): Promise<void> {
    if (this.#isBeating) return;
    this.#isBeating = true;
    try {
      const held = new Set([...jobs, ...this.#opening]);
      const byQueue = Map.groupBy(held, (job) => this.#queues.get(job) ?? "");
      byQueue.delete("");
      for (const [queue, ids] of byQueue) await this.#leases.beat(queue, ids);
    } catch {
      // Told as trouble by the database.
    } finally {
      this.#isBeating = false;
    }
  }

  /** Says that this worker is there, and what it does; left to the next time as `beat` is. */
  async present(state: WorkerState): Promise<void> {
    if (this.#telling !== null || this.#isLeft) return;
    this.#telling = this.#tell(state);
    await this.#telling;
    this.#telling = null;
  }

  async #tell(state: WorkerState): Promise<void> {
    try {
      await this.database.once(`select ablate.present($1, $2, $3, $4, $5)`, [
        this.#facts.id,
        JSON.stringify(this.#facts),
        JSON.stringify(state),
        this.#facts.slots,
        state.isLeaving,
      ]);
    } catch {
      // Told as trouble by the database.
    }
  }

  /** Stores a message; those of one attempt go one after the other, in the order in which they were put. */
  async put(attempt: string, seq: number, body: Buffer): Promise<"stored" | "over" | "full"> {
    const before = this.#puts.get(attempt);
    const put = (before ?? Promise.resolve()).then(() => this.#putNow(attempt, seq, body));
    const quiet = put.catch(() => {});
    this.#puts.set(attempt, quiet);
    try {
      return await put;
    } finally {
      if (this.#puts.get(attempt) === quiet) this.#puts.delete(attempt);
    }
  }

  async finish(job: string): Promise<void> {
    const queue = this.#queues.get(job);
    if (queue === undefined) return;
    await this.database.insist(() => this.#jobs.finish(queue, job));
    this.#queues.delete(job);
    // What it said last may have called nobody, and its slot is free.
    await this.database.query(`select pg_notify('ablate_coordinators', '')`);
  }

  /** Gives an attempt up: the coordinator hands it on. */
  async fail(job: string, why: string): Promise<void> {
    await this.database.query(`select ablate.give_up($1, $2)`, [job, why]);
    await this.finish(job);
  }

  async orders(attempts: readonly string[]): Promise<Order[]> {
    if (attempts.length === 0) return [];
    return await this.database.query<Order>(
      `select attempt, stop, is_over as "isOver" from ablate.orders($1::uuid[])`,
      [attempts],
    );
  }

  /** Calls when something may be to take or to obey. */
  onNews(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Leaves: it is not there any more; leases that it still has end by themselves. */
  async close(): Promise<void> {
    this.#isLeft = true;
    // What is said of it still would bring it back.
    await this.#telling;
    await this.database.once(`select ablate.leave($1)`, [this.#facts.id]).catch(() => {});
    await this.#jobs.close();
    await this.#leases.close();
    await this.database.close();
  }

  async #putNow(attempt: string, seq: number, body: Buffer): Promise<"stored" | "over" | "full"> {
    const [row] = await this.database.query<{ put: "stored" | "over" | "full" }>(
      `select ablate.put($1, $2, $3)`,
      [attempt, seq, body],
    );
    return row?.put ?? "over";
  }

  #hear(): void {
    for (const listener of this.#listeners) listener();
  }
}
