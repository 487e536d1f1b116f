import type { Database, RunResult, Statement } from "better-sqlite3";
import type { LogFiles } from "./log-files.ts";

type Cache = Map<string, Statement<unknown[], unknown>>;

/** The statements of one connection, each prepared when it is first asked for. */
export class Statements {
  /** Sees to it that temporary tables and views still stand for what the file lacks. */
  readonly refresh: () => void;
  readonly #files: LogFiles | null;
  #database: Database;
  readonly #ofRows: Cache = new Map();
  /** Returns the first column of every row. */
  readonly #ofValues: Cache = new Map();
  /** Returns rows as arrays. */
  readonly #ofArrays: Cache = new Map();

  /** @param files - those of a connection that writes */
  constructor(
    database: Database,
    { refresh = () => {}, files = null }: { refresh?: () => void; files?: LogFiles | null } = {},
  ) {
    this.#database = database;
    this.#files = files;
    this.refresh = refresh;
  }

  get database(): Database {
    this.refresh();
    if (this.#files !== null && !(this.#database.open && this.#database.inTransaction)) {
      this.#use(this.#files.current(this.#database));
    }
    return this.#database;
  }

  close(): void {
    if (this.#files === null) this.#database.close();
    else this.#files.close(this.#database);
  }

  /** Returns all rows; the caller knows their columns. */
  rows<Row>(sql: string, ...parameters: readonly unknown[]): Row[] {
    return this.#find<Row>(sql, this.#ofRows).all(...parameters);
  }

  /** Returns the first row. */
  row<Row>(sql: string, ...parameters: readonly unknown[]): Row | undefined {
    return this.#find<Row>(sql, this.#ofRows).get(...parameters);
  }

  /** Returns the first column of all rows. */
  values<Value>(sql: string, ...parameters: readonly unknown[]): Value[] {
    return this.#find<Value>(sql, this.#ofValues).all(...parameters);
  }

  /** Returns the first column of the first row. */
  value<Value>(sql: string, ...parameters: readonly unknown[]): Value | undefined {
    return this.#find<Value>(sql, this.#ofValues).get(...parameters);
  }

  /** Returns all rows, each as an array of its columns. */
  arrays<Row extends readonly unknown[]>(sql: string, ...parameters: readonly unknown[]): Row[] {
    return this.#find<Row>(sql, this.#ofArrays).all(...parameters);
  }

  /** Yields rows one at a time, each as an array of its columns. */
  stream<Row extends readonly unknown[]>(
    sql: string,
    ...parameters: readonly unknown[]
  ): IterableIterator<Row> {
    return this.database
      .prepare<unknown[], Row>(sql)
      .raw()
      .iterate(...parameters);
  }

  /** Runs a statement that returns nothing. */
  run(sql: string, ...parameters: readonly unknown[]): RunResult {
    return this.#find(sql, this.#ofRows).run(...parameters);
  }

  /** Inserts a row by the names of its columns. */
  insert(
    table: string,
    row: Readonly<Record<string, unknown>>,
    or?: "or ignore" | "or replace",
  ): RunResult {
    return this.run(insertion(table, Object.keys(row), or), Object.values(row));
  }

  /** Sets columns of the row with this id. */
  update(table: string, id: number, row: Readonly<Record<string, unknown>>): RunResult {
    const set = Object.keys(row).map((column) => `"${column}" = ?`);
    return this.run(
      `update "${table}" set ${set.join(", ")} where id = ?`,
      ...Object.values(row),
      id,
    );
  }

  /** Runs a transaction that keeps other writers out from its beginning on. */
  transaction<T>(work: () => T): T {
    const result = this.database.transaction(work).immediate();
    if (this.#files !== null && !this.#database.inTransaction) {
      this.#use(this.#files.settled(this.#database));
    }
    return result;
  }

  #use(database: Database): void {
    if (database === this.#database) return;
    this.#database = database;
    this.#ofRows.clear();
    this.#ofValues.clear();
    this.#ofArrays.clear();
  }

  #find<Result>(sql: string, cache: Cache): Statement<unknown[], Result> {
    const { database } = this;
    let statement = cache.get(sql);
    if (statement === undefined) {
      statement = database.prepare<unknown[], unknown>(sql);
      if (cache === this.#ofValues) statement.pluck();
      if (cache === this.#ofArrays) statement.raw();
      cache.set(sql, statement);
    }
    return statement as Statement<unknown[], Result>;
  }
}

/** Returns the statement that inserts these columns of a row, in this order. */
export function insertion(table: string, columns: readonly string[], or = ""): string {
  const names = columns.map((column) => `"${column}"`).join(", ");
  return `insert ${or} into "${table}" (${names}) values (${columns.map(() => "?").join(", ")})`;
}
