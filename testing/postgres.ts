/**
 * A real Postgres for tests: a cluster of its own in a temporary folder, on loopback at a free port. Postgres refuses
 * root, so that where tests run as root it runs as the user `postgres` or `nobody`.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Postgres' programs, and why there are none: Debian keeps them out of PATH. */
export type PostgresFound =
  | { readonly bin: string; readonly missing: null }
  | { readonly bin: null; readonly missing: string };

/** Finds the programs. @throws Error - if they are missing where `CI` is set: nothing is skipped there */
export function postgresFound(): PostgresFound {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian)
    ? readdirSync(debian).sort((a, b) => Number(b) - Number(a))
    : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  const bin = folders.find((folder) =>
    ["initdb", "postgres"].every((name) => existsSync(join(folder, name))),
  );
  if (bin !== undefined) return { bin, missing: null };
  const missing = "no Postgres here (Debian's package postgresql)";
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs it`);
  return { bin: null, missing };
}

export type PostgresOptions = {
  /** Lines for postgresql.conf. */
  readonly settings?: readonly string[];
  /** Lines of pg_hba.conf instead of trust on loopback. */
  readonly logins?: readonly string[];
  /** Files of the cluster's folder that only Postgres may read, by their names there: keys and certificates. */
  readonly files?: { readonly [name: string]: string };
  /** Only where what a test says does not depend on it. */
  readonly isFsyncOff?: boolean;
  /** Also listens on a socket in its folder. */
  readonly hasSocket?: boolean;
  /** The folder to make its own in. */
  readonly place?: string;
  /** Megabytes of a segment of the log; 16 by default. */
  readonly segmentMb?: number;
};

const START_TRIES = 600;
const TRY_MS = 50;

export class Postgres {
  readonly folder: string;
  readonly port: number;
  readonly #bin: string;
  #process: ChildProcess | null = null;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.folder = folder;
    this.port = port;
  }

  /** Makes a cluster and starts it. */
  static async make(options: PostgresOptions = {}): Promise<Postgres> {
    const { bin, missing } = postgresFound();
    if (bin === null) throw new Error(missing);
    const folder = mkdtempSync(join(options.place ?? tmpdir(), "ablate-postgres-"));
    const postgres = new Postgres(bin, folder, await freePort());
    try {
      postgres.#init(options);
      await postgres.start();
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return postgres;
  }

  /** Of its superuser, who needs no password on loopback. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Of the postmaster. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("Postgres does not run");
    return pid;
  }

  get data(): string {
    return join(this.folder, "data");
  }

  get log(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** Starts it and waits until it answers; after `kill`, what was left of it goes first. */
  async start(): Promise<void> {
    for (let tries = 0; tries < START_TRIES; tries++) {
      if (
        this.#process === null ||
        this.#process.exitCode !== null ||
        this.#process.signalCode !== null
      ) {
        this.#spawn();
      }
      if (await this.#answers()) return;
      await sleep(TRY_MS);
    }
    throw new Error(`Postgres does not start: ${this.log.slice(-2000)}`);
  }

  /** Sends a signal to the postmaster alone, and waits for its end where it ends it. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ends = signal !== "SIGSTOP" && signal !== "SIGCONT" && signal !== "SIGHUP";
    const gone = ends ? once(child, "exit") : null;
    process.kill(this.pid, signal);
    await gone;
  }

  /** Ends it at once and removes its folder. */
  async stop(): Promise<void> {
    await this.kill("SIGQUIT");
    this.#process = null;
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** What its superuser gets, a line a row. @throws Error - as `psql` says it */
  sql(text: string, database = "postgres"): string {
    const url = `postgres://postgres@127.0.0.1:${this.port}/${database}`;
    const args = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", text];
    const env = { ...process.env, PGCONNECT_TIMEOUT: "5" };
    const { status, stdout, stderr } = spawnSync(join(this.#bin, "psql"), args, {
      encoding: "utf8",
      env,
    });
    if (status !== 0) throw new Error(stderr.trim());
    return stdout.trim();
  }

  #init(options: PostgresOptions): void {
    const { settings = [], logins, files = {}, isFsyncOff = false, hasSocket = false } = options;
    const { segmentMb = 16 } = options;
    const user = unprivileged();
    if (user !== null) {
      spawnSync("chown", [user, this.folder]);
      letThrough(dirname(this.folder));
    }
    chmodSync(this.folder, 0o755);
    const args = [
      "-D",
      this.data,
      "-U",
      "postgres",
      "-A",
      "trust",
      "--no-sync",
      "-E",
      "UTF8",
      "--locale=C",
      `--wal-segsize=${segmentMb}`,
    ];
    const [program, ...rest] = asUser([join(this.#bin, "initdb"), ...args]);
    const made = spawnSync(program, rest, { encoding: "utf8", cwd: "/" });
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${made.error?.message ?? ""}`);
    const lines = [
      "listen_addresses = '127.0.0.1'",
      `port = ${this.port}`,
      `unix_socket_directories = '${hasSocket ? this.folder : ""}'`,
      "shared_buffers = '32MB'",
      `fsync = ${isFsyncOff ? "off" : "on"}`,
      "log_line_prefix = '%m [%p] '",
      ...settings,
    ];
    appendFileSync(join(this.data, "postgresql.conf"), `${lines.join("\n")}\n`);
    for (const [name, from] of Object.entries(files)) {
      const path = join(this.data, name);
      copyFileSync(from, path);
      chmodSync(path, 0o600);
      if (user !== null) spawnSync("chown", [user, path]);
    }
    if (logins !== undefined) {
      writeFileSync(join(this.data, "pg_hba.conf"), `${logins.join("\n")}\n`);
    }
  }

  #spawn(): void {
    const log = openSync(join(this.folder, "log"), "a");
    const [program, ...rest] = asUser([join(this.#bin, "postgres"), "-D", this.data]);
    this.#process = spawn(program, rest, { stdio: ["ignore", log, log], cwd: "/" });
    this.#process.on("error", () => {});
  }

  async #answers(): Promise<boolean> {
    const file = join(this.data, "postmaster.pid");
    const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    if (lines[0] !== String(this.#process?.pid) || lines[7]?.trim() !== "ready") return false;
    const socket = connect(this.port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }
}

/** Temporary folders are root's alone: another user has to get through them. */
function letThrough(folder: string): void {
  const { mode } = statSync(folder);
  if ((mode & 0o011) !== 0o011) chmodSync(folder, mode | 0o011);
  if (folder !== dirname(folder)) letThrough(dirname(folder));
}

/** Who runs Postgres instead of root; null: we are not root. */
export function unprivileged(): string | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync("/etc/passwd", "utf8");
  return users.includes("\npostgres:") ? "postgres" : "nobody";
}

/** `setpriv` replaces itself by the program: its process is the postmaster. */
export function asUser(command: readonly string[]): [string, ...string[]] {
  const user = unprivileged();
  const [program = "", ...args] = command;
  if (user === null) return [program, ...args];
  const gid = spawnSync("id", ["-g", user], { encoding: "utf8" }).stdout.trim();
  return ["setpriv", `--reuid=${user}`, `--regid=${gid}`, "--clear-groups", program, ...args];
}

/** A port on loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
