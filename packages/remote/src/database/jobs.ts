/** pg-boss behind a handful of functions: who does what, and whose lease ended. Nothing else imports it. */
import { PgBoss } from "pg-boss";
import type { Database, Row } from "./database.ts";
import { SCHEMA } from "./tables.ts";

/** pg-boss' floor: a lease that is not renewed for so long is over. */
const LEASE_SECONDS = 10;
const MONITOR_SECONDS = 3;

/** pg-boss takes a day at most; a run may take longer, and its lease says whether somebody is at it. */
const MOST_PGBOSS_TAKES = 24 * 3600;
const TEN_YEARS = 3600 * 24 * 3650;

const YEAR_SECONDS = 364 * 24 * 3600;

export type JobState = "waiting" | "taken" | "done" | "lost";

const STATES: { readonly [state: string]: JobState } = {
  created: "waiting",
  retry: "waiting",
  active: "taken",
  completed: "done",
  cancelled: "lost",
  failed: "lost",
};

export class Jobs {
  readonly #boss: PgBoss;
  readonly #database: Database;
  readonly #known = new Set<string>();

  private constructor(boss: PgBoss, database: Database) {
    this.#boss = boss;
    this.#database = database;
  }

  /**
   * @param isCoordinator - makes pg-boss' tables, and looks for leases that ended
   * @param mostMs - a question without an answer for so long has none
   */
  static open(database: Database, isCoordinator: boolean, mostMs?: number): Promise<Jobs> {
    return database.insist(() => Jobs.#open(database, isCoordinator, mostMs));
  }

  static async #open(database: Database, isCoordinator: boolean, mostMs?: number): Promise<Jobs> {
    const boss = new PgBoss({
      db: {
        executeSql: async (text, values) => ({ rows: await database.once(text, values, mostMs) }),
      },
      schema: SCHEMA,
      schedule: false,
      createSchema: false,
      migrate: isCoordinator,
      supervise: isCoordinator,
      superviseIntervalSeconds: MONITOR_SECONDS,
      monitorIntervalSeconds: MONITOR_SECONDS,
      maintenanceIntervalSeconds: 3600,
      registerInstance: false,
      persistWarnings: false,
      persistQueueStats: false,
      monitorVacuum: false,
      reindex: false,
    });
    // A database that is away is told by our own questions; an error event without a listener ends the process.
    boss.on("error", () => {});
    await boss.start();
    return new Jobs(boss, database);
  }

  /** Hands out a job under an id of ours: handed out twice, it is there once. */
  async send(queue: string, id: string): Promise<void> {
    if (!this.#known.has(queue)) await this.#makeQueue(queue);
    const sent = await this.#boss.send(queue, {}, { id }).catch(async (error: unknown) => {
      if ((await this.#stateOf(id)) !== null) return id;
      throw error;
    });
    if (sent === null && (await this.#stateOf(id)) === null) {
      throw new Error(`pg-boss took no job for the queue ${queue}`);
    }
  }

  /** Takes the next job of the first queue that has one. */
  async take(queues: readonly string[]): Promise<{ id: string; queue: string } | null> {
    for (const queue of queues) {
      if (!this.#known.has(queue)) {
        if ((await this.#boss.getQueue(queue)) === null) continue;
        this.#known.add(queue);
      }
      const [job] = await this.#boss.fetch(queue);
      if (job !== undefined) return { id: job.id, queue };
    }
    return null;
  }

  /** Renews leases; one that has ended stays ended. */
  async beat(queue: string, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.#boss.touch(queue, [...ids]);
  }

  async finish(queue: string, id: string): Promise<void> {
    await this.#boss.complete(queue, id);
  }

  /** Ends a job, whoever has it. */
  async cancel(queue: string, id: string): Promise<void> {
    await this.#boss.cancel(queue, id);
  }

  async states(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    const rows = await this.#database.query<{ id: string; state: string }>(
      `select id, state::text from ablate.job where id = any($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, state }) => [id, STATES[state] ?? "lost"]));
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false }).catch(() => {});
  }

  async #stateOf(id: string): Promise<JobState | null> {
    return (await this.states([id])).get(id) ?? null;
  }

  async #makeQueue(queue: string): Promise<void> {
    await this.#boss.createQueue(queue, {
      heartbeatSeconds: LEASE_SECONDS,
      retryLimit: 0,
      expireInSeconds: MOST_PGBOSS_TAKES,
      retentionSeconds: YEAR_SECONDS,
      deleteAfterSeconds: 24 * 3600,
    });
    await this.#database.query<Row>(`update ablate.queue set expire_seconds = $2 where name = $1`, [
      queue,
      TEN_YEARS,
    ]);
    this.#known.add(queue);
  }
}
