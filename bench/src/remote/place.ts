/** Where it is measured: a Postgres of its own with default settings on this machine, and a folder for stores. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { Postgres } from "../../../testing/postgres.ts";
import { cpuSeconds } from "../cpu-time.ts";

/** Postgres' own default, which tests make smaller; and as many connections as the workers of one process need. */
const SETTINGS = ["shared_buffers = '128MB'", "max_connections = 600"];

export class Place {
  readonly folder: string;
  readonly url: string;
  readonly #postgres: Postgres;
  readonly #client: pg.Client;
  #stores = 0;

  private constructor(postgres: Postgres, client: pg.Client) {
    this.#postgres = postgres;
    this.#client = client;
    this.url = postgres.url;
    this.folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  }

  static async open(): Promise<Place> {
    const postgres = await Postgres.make({ settings: SETTINGS });
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    return new Place(postgres, client);
  }

  /** A store that is not there yet. */
  newStore(): string {
    this.#stores += 1;
    return join(this.folder, `store-${this.#stores}.db`);
  }

  /** The one number of an answer. */
  async number(sql: string): Promise<number> {
    const { rows } = await this.#client.query({ text: sql, rowMode: "array" });
    return Number(rows[0]?.[0] ?? Number.NaN);
  }

  async run(sql: string): Promise<void> {
    await this.#client.query(sql);
  }

  /** Of Postgres with all its processes that are there now. */
  get cpuSeconds(): number {
    const { pid } = this.#postgres;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    const pids = [pid, ...children.trim().split(" ").map(Number)];
    return pids.reduce((sum, one) => sum + secondsOf(one), 0);
  }

  async close(): Promise<void> {
    await this.#client.end();
    await this.#postgres.stop();
    rmSync(this.folder, { recursive: true });
  }
}

/** One that has ended since counts nothing. */
function secondsOf(pid: number): number {
  try {
    return cpuSeconds(pid);
  } catch {
    return 0;
  }
}
