/** What a coordinator says and hears: attempts handed out, messages that came, who is there. */
import { randomUUID } from "node:crypto";
import type { Address } from "../database/address.ts";
import { Database } from "../database/database.ts";
import type { Jobs } from "../database/jobs.ts";
import { makeSchema, serverNotes } from "../database/schema.ts";
import { PRESENT_SECONDS } from "../database/tables.ts";
import { forgetDrained, leaveStore } from "./forget.ts";
import { Polls } from "./polls.ts";
import { PROTOCOL } from "./protocol.ts";
import { type HeldStoreError, lockStore, type StoreFacts } from "./store-lock.ts";

export type NewAttempt = {
  /** Unless given, one is made. */
  readonly id?: string;
  readonly runHash: string;
  /** The run's full name. */
  readonly run: string;
  readonly queue: string;
  readonly token: string;
  readonly dataHash: string;
  readonly request: Buffer;
};

export type LiveAttempt = Omit<NewAttempt, "id"> & {
  readonly id: string;
  readonly number: number;
  readonly job: string;
};

/** A message on its way. */
export type Row = { readonly attempt: string; readonly seq: number; readonly body: Buffer };

export type AttemptState = {
  readonly attempt: string;
  /** `lost`: its lease ended, or its worker gave it up. */
  readonly state: "waiting" | "taken" | "done" | "lost";
  /** Its machine, as told to people. */
  readonly worker: string | null;
};

/** How often the coordinator says that it is there. */
const SEEN_MS = 3000;

export class CoordinatorWire {
  readonly database: Database;
  /** What is worth a line at the start. */
  readonly notes: readonly string[];
  readonly #facts: StoreFacts;
  readonly #jobs: Jobs;
  readonly #listeners = new Set<() => void>();
  readonly #lostListeners = new Set<(error: HeldStoreError) => void>();
  readonly #queues = new Map<string, string>();
  readonly #polls = new Polls(() => this.#hear());
  #seen: NodeJS.Timeout | undefined;
  #lost: HeldStoreError | null = null;

  private constructor(database: Database, facts: StoreFacts, jobs: Jobs, notes: readonly string[]) {
    this.database = database;
    this.notes = notes;
    this.#facts = facts;
    this.#jobs = jobs;
  }

  /**
   * Makes the schema where it is not there, and takes the store.
   * @throws HeldStoreError - another coordinator has it
   * @throws DatabaseError
   */
  static async open(address: Address, facts: StoreFacts): Promise<CoordinatorWire> {
    const database = await Database.open(address, { isOwner: true });
    let jobs: Jobs | null = null;
    try {
      jobs = await makeSchema(database);
      const wire = new CoordinatorWire(database, facts, jobs, [
        ...address.notes,
        ...(await serverNotes(database)),
      ]);
      await lockStore(database, facts, randomUUID(), (error) => wire.#lose(error));
      await database.listen("ablate_coordinators", () => wire.#hear());
      wire.#polls.start();
      wire.#seen = setInterval(() => wire.#saySeen(), SEEN_MS).unref();
      return wire;
    } catch (error) {
      await jobs?.close();
      await database.close();
      throw error;
    }
  }

  /** Attempts of this store that are not over, to adopt; one whose job was not made any more gets it now. */
  async live(): Promise<LiveAttempt[]> {
    const rows = await this.database.query<LiveAttempt & { hasJob: boolean }>(
      `select a.id, a.id as job, a.run_hash as "runHash", a.number, a.run, a.queue, a.token,
        a.data_hash as "dataHash", a.request,
        exists (select from ablate.job j where j.id = a.id) or a.last_seq >= 0 as "hasJob"
      from ablate.attempt a where a.store = $1 and not a.is_over order by a.run_hash, a.number`,
      [this.#facts.store],
    );
    for (const { id, queue, hasJob } of rows) {
      this.#queues.set(id, queue);
      if (!hasJob) await this.#send(queue, id);
    }
    return rows.map(({ hasJob: _, ...attempt }) => attempt);
  }

  /** Stores a data file, once. */
  async putFile(sha256: string, body: Buffer): Promise<void> {
    const [there] = await this.database.query(
      `select from ablate.file where store = $1 and sha256 = $2`,
      [this.#facts.store, sha256],
    );
    if (there !== undefined) return;
    await this.database.query(
      `insert into ablate.file values ($1, $2, $3) on conflict do nothing`,
      [this.#facts.store, sha256, body],
    );
  }

  /** Hands an attempt out: a crash between its row and its job is mended by `live`. */
  async handOut(attempt: NewAttempt): Promise<{ id: string }> {
    const { id = randomUUID(), runHash, run, queue, token, dataHash, request } = attempt;
    await this.database.query(
      `insert into ablate.attempt (id, store, run_hash, number, run, queue, token, data_hash, request)
      select $1, $2, $3, coalesce(max(number), 0) + 1, $4, $5, $6, $7, $8
      from ablate.attempt where store = $2 and run_hash = $3 on conflict do nothing`,
      [id, this.#facts.store, runHash, run, queue, token, dataHash, request],
    );
    this.#queues.set(id, queue);
    await this.#send(queue, id);
    return { id };
  }

  /** Messages that came, in the order of (attempt, seq); where there are more, each attempt has its share of the limit. */
  async rows(
    after: ReadonlyMap<string, number>,
    limit: { readonly rows: number; readonly bytes: number },
  ): Promise<Row[]> {
    const rows = await this.database.query<Row>(
      `with next as (
        select o.attempt, o.seq, row_number() over (partition by o.attempt order by o.seq) as turn, length(o.body) as bytes
        from ablate.attempt a
        left join unnest($2::uuid[], $3::int[]) s(attempt, seq) on s.attempt = a.id
        cross join lateral (select * from ablate.outbox o where o.attempt = a.id and o.seq > coalesce(s.seq, -1)
          order by o.seq limit $4) o
        where a.store = $1
      ), sums as (
        select attempt, seq, sum(bytes) over w - bytes as before, row_number() over w as place
        from next window w as (order by turn, attempt)
      )
      select o.attempt, o.seq, o.body from sums join ablate.outbox o using (attempt, seq)
      where before < $5 and place <= $4 order by o.attempt, o.seq`,
      [this.#facts.store, [...after.keys()], [...after.values()], limit.rows, limit.bytes],
    );
    if (rows.length > 0) this.#polls.found();
    return rows;
  }

  /**
   * Deletes messages that are in SQLite; the first of an attempt stays until it is over. Not synced: what a crash brings
   * back is known by its number.
   */
  async stored(rows: readonly { readonly attempt: string; readonly seq: number }[]): Promise<void> {
    if (rows.length === 0) return;
    await this.database.query(
      `with said as (select * from unnest($1::uuid[], $2::int[]) s(attempt, seq)),
      mine as (select id, is_over from ablate.attempt where store = $3 and id in (select attempt from said)),
      gone as (delete from ablate.outbox o using said s, mine m
        where o.attempt = s.attempt and o.seq = s.seq and m.id = o.attempt and (o.seq > 0 or m.is_over)
        returning o.attempt, case when o.seq > 0 then length(o.body) else 0 end as bytes)
      insert into ablate.drain as d (attempt, seq, bytes)
      select m.id, (select max(seq) from said where attempt = m.id),
        coalesce((select sum(bytes) from gone where attempt = m.id), 0)
      from mine m cross join (select set_config('synchronous_commit', 'off', true)) unsynced order by m.id
      on conflict (attempt) do update set seq = greatest(d.seq, excluded.seq), bytes = d.bytes + excluded.bytes`,
      [rows.map(({ attempt }) => attempt), rows.map(({ seq }) => seq), this.#facts.store],
    );
  }

  async order(attempt: string, stop: "user" | "fail-fast"): Promise<void> {
    await this.database.query(`update ablate.attempt set stop = $2 where id = $1`, [attempt, stop]);
    await this.#tellWorkers();
  }

  /** Takes an attempt back that nobody has taken: true: it is over. */
  async withdraw(attempt: string): Promise<boolean> {
    const [row] = await this.database.query<{ isOver: boolean }>(
      `with a as (select id, queue, is_over from ablate.attempt where id = $1 for update),
      gone as (delete from ablate.job j using a where j.name = a.queue and j.id = a.id and j.state < 'active'
        returning j.id),
      ended as (update ablate.attempt t set is_over = true from a where t.id = a.id and not a.is_over
        and (exists (select from gone) or not exists (select from ablate.job j where j.name = a.queue and j.id = a.id))
        returning t.id)
      select is_over or exists (select from ended) as "isOver" from a`,
      [attempt],
    );
    return row?.isOver ?? true;
  }

  /**
   * Ends an attempt: nothing that its worker says from now on is taken. What is here already may still be drained.
   * @param isUnwanted - nobody drains it: it is deleted
   */
  async revoke(
    attempt: string,
    { isUnwanted = false }: { readonly isUnwanted?: boolean } = {},
  ): Promise<void> {
    await this.database.query(
      `with over as (update ablate.attempt a set is_over = true, put_bytes = case when $2
        then coalesce((select bytes from ablate.drain where attempt = a.id), 0) else put_bytes end
        where id = $1 returning id)
      delete from ablate.outbox o using over left join ablate.drain d on d.attempt = over.id
      where o.attempt = over.id and ($2 or o.seq <= d.seq)`,
      [attempt, isUnwanted],
    );
    const queue = this.#queues.get(attempt);
    if (queue !== undefined) {
      await this.database.insist(() => this.#jobs.cancel(queue, attempt));
    }
    await this.#tellWorkers();
  }

  async states(): Promise<AttemptState[]> {
    return await this.database.query<AttemptState>(
      `select a.id as attempt, a.worker, case
          when a.gave_up is not null or j.state in ('failed', 'cancelled') then 'lost'
          when j.state = 'completed' then 'done'
          when j.state = 'active' then 'taken'
          when j.state is null and a.last_seq >= 0 then 'lost'
          else 'waiting' end as state
      from ablate.attempt a left join ablate.job j on j.name = a.queue and j.id = a.id
      where a.store = $1 and not a.is_over order by a.run_hash, a.number`,
      [this.#facts.store],
    );
  }

  /** Counts the workers that are there, stay and speak this protocol, and their slots, free or busy. */
  async workers(): Promise<{ readonly workers: number; readonly slots: number }> {
    const [row] = await this.database.query<{ workers: number; slots: number }>(
      `select count(*)::int as workers, coalesce(sum(slots), 0)::int as slots from ablate.worker
      where seen > now() - interval '${PRESENT_SECONDS} s' and not is_leaving
        and exists (select from jsonb_array_elements_text(facts->'queues') q where q like 'runs.${PROTOCOL}.%')`,
    );
    return row ?? { workers: 0, slots: 0 };
  }

  /** Returns the bytes of messages of this store that are on their way. */
  async backlog(): Promise<number> {
    const [row] = await this.database.query<{ bytes: number }>(
      `select coalesce(sum(a.put_bytes - coalesce(d.bytes, 0)), 0)::float8 as bytes
      from ablate.attempt a left join ablate.drain d on d.attempt = a.id where a.store = $1`,
      [this.#facts.store],
    );
    return row?.bytes ?? 0;
  }

  /** Calls when something may have changed, and every second. */
  onNews(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Calls when another coordinator has taken the store meanwhile: this one must stop. */
  onLost(listener: (error: HeldStoreError) => void): void {
    this.#lostListeners.add(listener);
    if (this.#lost !== null) listener(this.#lost);
  }

  /** Lets go of the store, and removes what nobody needs of it. */
  async close(): Promise<void> {
    this.#polls.close();
    clearInterval(this.#seen);
    if (this.#lost === null) await leaveStore(this.database, this.#facts.store).catch(() => {});
    await this.#jobs.close();
    await this.database.close();
  }

  async #send(queue: string, id: string): Promise<void> {
    await this.database.query(
      `update ablate.coordinator set queues = array_append(queues, $2) where store = $1 and not $2 = any (queues)`,
      [this.#facts.store, queue],
    );
    await this.database.insist(() => this.#jobs.send(queue, id));
    await this.#tellWorkers();
  }

  async #tellWorkers(): Promise<void> {
    await this.database.query(`select pg_notify('ablate_workers', '')`);
  }

  #saySeen(): void {
    const text = `update ablate.coordinator set seen = now() where store = $1`;
    this.database
      .once(text, [this.#facts.store])
      .then(() => forgetDrained(this.database, this.#facts.store))
      .catch(() => {});
  }

  #hear(): void {
    for (const listener of this.#listeners) listener();
  }

  #lose(error: HeldStoreError): void {
    this.#lost = error;
    for (const listener of this.#lostListeners) listener(error);
  }
}
