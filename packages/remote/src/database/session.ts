/** One connection that is held: for what belongs to a connection, as locks and news do. It comes back by itself. */
import pg from "pg";

/** How often a held connection is asked whether it is still one: a cut cable says nothing. */
const PING_MS = 5000;
const REOPEN_MS = [100, 300, 1000, 3000] as const;

export type SessionOptions = {
  readonly config: pg.ClientConfig;
  /** Runs on every new connection, before anything else does; an error here closes it and is tried again. */
  readonly prepare: (client: pg.Client) => Promise<void>;
  readonly onNews?: (channel: string, payload: string) => void;
  readonly onTrouble: (error: unknown) => void;
  /** After a connection came back: what was said meanwhile was not heard. */
  readonly onBack: () => void;
};

export class Session {
  readonly #options: SessionOptions;
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | undefined;
  #tries = 0;
  #isClosed = false;

  private constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Opens it once. @throws whatever the first connection or `prepare` threw */
  static async open(options: SessionOptions): Promise<Session> {
    const session = new Session(options);
    await session.#connect();
    return session;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    if (client !== null) await client.end().catch(() => {});
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ ...this.#options.config, query_timeout: PING_MS });
    client.on("error", () => {});
    client.on("notification", ({ channel, payload }) => {
      this.#options.onNews?.(channel, payload ?? "");
    });
    try {
      await client.connect();
      await this.#options.prepare(client);
    } catch (error) {
      void client.end().catch(() => {});
      throw error;
    }
    if (this.#isClosed) {
      void client.end().catch(() => {});
      return;
    }
    this.#client = client;
    this.#tries = 0;
    client.on("end", () => this.#lose(client));
    this.#ping(client);
  }

  #ping(client: pg.Client): void {
    this.#timer = setTimeout(() => {
      client.query("select 1").then(
        () => {
          if (this.#client === client) this.#ping(client);
        },
        () => {
          void client.end().catch(() => {});
          this.#lose(client);
        },
      );
    }, PING_MS);
    this.#timer.unref();
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    clearTimeout(this.#timer);
    this.#reopen();
  }

  #reopen(): void {
    if (this.#isClosed) return;
    const wait = REOPEN_MS[Math.min(this.#tries++, REOPEN_MS.length - 1)];
    this.#timer = setTimeout(() => {
      this.#connect().then(
        () => {
          if (!this.#isClosed) this.#options.onBack();
        },
        (error) => {
          if (this.#isClosed) return;
          this.#options.onTrouble(error);
          this.#reopen();
        },
      );
    }, wait);
    this.#timer.unref();
  }
}
