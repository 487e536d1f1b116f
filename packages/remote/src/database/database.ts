/** A database that may go away and come back: whoever asks waits, and whoever watches is told why. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Address } from "./address.ts";
import { codeOf, DatabaseError, isPassing, sentenceOf } from "./database-error.ts";
import { Session } from "./session.ts";

const WAITS_MS = [100, 200, 400, 800, 1600, 3000] as const;

/** A question's time, and what is added for each byte that goes along: 100 kB/s is a slow line. */
const QUERY_MS = 20_000;
const BYTES_PER_MS = 100;

const CLOSE_MS = 2000;

/** Connections of a process for its questions: some may wait for a lock, and one must be free for the leases. */
const CONNECTIONS = 4;

/** Said to Postgres on every connection, so that it notices soon when the other end is gone. */
const KEEPALIVE = `set_config('tcp_keepalives_idle', '10', false),
  set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`;

/** What is made belongs to the schema's owner, whoever of its members makes it. */
const AS_OWNER = `select set_config('role', owner.rolname, false) from pg_roles owner
  where pg_has_role(session_user, owner.oid, 'MEMBER') and case
    when to_regnamespace('ablate') is null
      then owner.rolname = 'ablate_coordinator' and has_database_privilege(owner.oid, current_database(), 'CREATE')
    else owner.oid = (select nspowner from pg_namespace where nspname = 'ablate') end`;

export type Role = {
  /** Tells this process from others of the same role. */
  readonly secret?: string;
  /** Makes and changes what is in the schema. */
  readonly isOwner?: boolean;
};

export type Row = { readonly [column: string]: unknown };
export type TroubleListener = (trouble: string | null) => void;

export class Database {
  readonly shown: string;
  readonly #config: pg.ClientConfig;
  readonly #pool: pg.Pool;
  readonly #role: Role;
  readonly #closing = new AbortController();
  readonly #sessions = new Set<Session>();
  readonly #troubleListeners = new Set<TroubleListener>();
  /** Questions that are asked again and again, by their texts: each connection plans them once. */
  readonly #prepared = new Map<string, string>();
  #trouble: string | null = null;

  private constructor(address: Address, role: Role) {
    this.shown = address.shown;
    this.#role = role;
    this.#config = {
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
      ...address.config,
    };
    this.#pool = new pg.Pool({
      ...this.#config,
      max: CONNECTIONS,
      idleTimeoutMillis: 60_000,
      allowExitOnIdle: true,
      onConnect: async (client) => {
        await this.#introduce(client);
        if (role.isOwner === true) await client.query(AS_OWNER);
      },
    });
    this.#pool.on("error", (error) => this.#tell(error));
  }

  /**
   * Connects, and says at once what cannot work; a database that is just starting is waited for.
   * @throws DatabaseError
   */
  static async open(address: Address, role: Role = {}): Promise<Database> {
    const database = new Database(address, role);
    try {
      for (let tries = 0; ; tries++) {
        try {
          await database.once("select 1");
          return database;
        } catch (error) {
          if (!/^(57P|53)/.test(codeOf(error))) throw error;
          database.#tell(error);
          await database.#wait(tries);
        }
      }
    } catch (error) {
      await database.close();
      throw database.#explained(error);
    }
  }

  /** Null: the last question was answered. Otherwise why nothing is answered now. */
  get trouble(): string | null {
    return this.#trouble;
  }

  onTrouble(listener: TroubleListener): void {
    this.#troubleListeners.add(listener);
  }

  /**
   * Asks until there is an answer: the question may be asked twice, which must be harmless.
   * @param text - one of few, since each connection keeps its plan
   * @throws DatabaseError - what trying again cannot mend, or closed meanwhile
   */
  async query<R extends Row = Row>(text: string, values?: unknown[]): Promise<R[]> {
    const question = values === undefined ? { text } : { text, values, name: this.#nameOf(text) };
    return await this.insist(() => this.#ask<R>(question, QUERY_MS));
  }

  /** Does something until it is done, as `query` asks. */
  async insist<T>(act: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await act();
      } catch (error) {
        if (this.#closing.signal.aborted || !isPassing(error)) throw this.#explained(error);
        await this.#wait(tries);
      }
    }
  }

  /** Asks once. @throws as pg does; trouble is told */
  async once<R extends Row = Row>(
    text: string,
    values: unknown[] = [],
    mostMs: number = QUERY_MS,
  ): Promise<R[]> {
    // Values, even none, make Postgres refuse several commands in one question.
    return await this.#ask<R>(values.length > 0 ? { text, values } : { text }, mostMs);
  }

  async #ask<R extends Row>(question: pg.QueryConfig, mostMs: number): Promise<R[]> {
    if (this.#closing.signal.aborted) throw new DatabaseError(`${this.shown}: closed`);
    const patience = mostMs + sizeOf(question.values) / BYTES_PER_MS;
    try {
      const timed = { ...question, query_timeout: patience };
      const answer: unknown = await this.#pool.query<R>(timed);
      this.#tell(null);
      return rowsOf<R>(answer);
    } catch (error) {
      if (isPassing(error)) this.#tell(error);
      throw error;
    }
  }

  /** Hears what is said on a channel, on a connection of its own; also calls when that came back. */
  async listen(channel: string, onNews: () => void): Promise<void> {
    await this.hold(
      async (client) => {
        await client.query(`listen ${client.escapeIdentifier(channel)}`);
      },
      onNews,
      onNews,
    );
  }

  /** Holds a connection, prepared anew whenever it comes back. */
  async hold(
    prepare: (client: pg.Client) => Promise<void>,
    onBack: () => void,
    onNews: () => void = () => {},
  ): Promise<Session> {
    const options = {
      config: this.#config,
      prepare: async (client: pg.Client) => {
        await this.#introduce(client);
        await prepare(client);
      },
      onTrouble: (error: unknown) => this.#tell(error),
      onBack,
      onNews,
    };
    const session = await this.insist(() => Session.open(options));
    this.#sessions.add(session);
    return session;
  }

  /** Ends all waits and connections. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const ends = [...this.#sessions].map((session) => session.close());
    // A line that was cut never says that it ended.
    const late = sleep(CLOSE_MS, undefined, { ref: false });
    await Promise.race([Promise.all([...ends, this.#pool.end()]), late]);
  }

  #nameOf(text: string): string {
    const name = this.#prepared.get(text) ?? `ablate ${this.#prepared.size}`;
    this.#prepared.set(text, name);
    return name;
  }

  async #introduce(client: pg.ClientBase): Promise<void> {
    const text = `select set_config('ablate.secret', $1, false), ${KEEPALIVE}`;
    await client.query(text, [this.#role.secret ?? ""]);
  }

  async #wait(tries: number): Promise<void> {
    const ms = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)];
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  #explained(error: unknown): unknown {
    if (error instanceof DatabaseError || !(error instanceof Error)) return error;
    return new DatabaseError(sentenceOf(error, this.shown));
  }

  #tell(error: unknown): void {
    const trouble = error === null ? null : sentenceOf(error, this.shown);
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    for (const listener of this.#troubleListeners) listener(trouble);
  }
}

function sizeOf(values: readonly unknown[] = []): number {
  return values.reduce<number>(
    (sum, value) => sum + (Buffer.isBuffer(value) ? value.byteLength : 0),
    0,
  );
}

/** Rows of all answers of a question that holds several commands, as pg-boss asks them. */
function rowsOf<R>(answer: unknown): R[] {
  const answers: readonly { readonly rows?: R[] }[] = Array.isArray(answer) ? answer : [answer];
  return answers.flatMap(({ rows = [] }) => rows);
}
