/** The store as the UI sees it: read when it has changed, kept while it cannot be read. */
import { basename } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  type Annotated,
  type FollowedRun,
  GridEnds,
  openNothing,
  RunFollower,
  StoreError,
  type StoreReader,
  withSameKeys,
} from "@ablate/store";
import { storeTrouble } from "@ablate/text";
import { damageText } from "./damage-text.ts";
import type { LogSource, SourceStatus } from "./log-source.ts";
import { runMaker, type ShownRun } from "./shown-run.ts";
import { Silence } from "./silence.ts";
import { codeOf, inodeOf, isTrouble, openAt, openIfMade, sizeOf } from "./store-file.ts";

export type StoreSnapshot = {
  /** Rises with every change. */
  readonly version: number;
  /** The runs in the order of planning. */
  readonly runs: readonly ShownRun[];
  /** Tags and notes of grids, by their names. */
  readonly grids: ReadonlyMap<string, Annotated>;
  /** Colours that were set by hand, by the key of a run or a group. */
  readonly colours: ReadonlyMap<string, number>;
  /** What the data of each run are. */
  readonly dataHashes: ReadonlyMap<string, string>;
  /** Size of the store's file. */
  readonly bytes: number;
  /** A process is training. */
  readonly isLive: boolean;
  /** How many runs there are, where only the first of them are read so far; null: these are all. */
  readonly reading: number | null;
  /** Why what is shown may be out of date. */
  readonly trouble: string | null;
  /** What is not there yet and shown as soon as it is; null: nothing is waited for. */
  readonly waiting: string | null;
  /** Logs that are brought into the store meanwhile. */
  readonly logs: (SourceStatus & Pick<LogSource, "title">) | null;
};

/** How a store is opened. */
type FeedOptions = {
  readonly source?: LogSource | undefined;
  /** A store that is not there yet is waited for. */
  readonly isAwaited?: boolean | undefined;
  /** Of very many runs so many are read at once, the others with the next polls. */
  readonly part?: number | undefined;
};

/** No file has this inode. */
const NO_FILE = -1;

export class Feed {
  readonly path: string;
  #reader: StoreReader;
  /** Null: there was no store at the path yet. */
  #inode: number | null;
  #follower: RunFollower;
  readonly #part: number | undefined;
  #runs: ReadonlyMap<string, ShownRun> = new Map();
  #grids: ReadonlyMap<string, Annotated> = new Map();
  #colours: ReadonlyMap<string, number> = new Map();
  #snapshot: StoreSnapshot = {
    version: 0,
    runs: [],
    grids: new Map(),
    colours: new Map(),
    dataHashes: new Map(),
    bytes: 0,
    isLive: false,
    reading: null,
    trouble: null,
    waiting: null,
    logs: null,
  };
  readonly #source: LogSource | null;
  readonly #silence = new Silence();
  readonly #ends = new GridEnds(new Date().toISOString());
  readonly #makeRun = runMaker();
  /** Runs that were compared with their digests, with the stamps that they had. */
  readonly #checked: Map<string, string> = new Map();

  /** Whether runs were read in parts, and are not compared with their digests yet. */
  #areUnchecked = false;

  /** @throws StoreError - where there is no store that can be read */
  constructor(path: string, { source, isAwaited = false, part }: FeedOptions = {}) {
    this.path = path;
    this.#source = source ?? null;
    this.#part = part;
    const reader = isAwaited ? openIfMade(path) : openAt(path);
    this.#reader = reader ?? openNothing();
    this.#follower = new RunFollower(this.#reader, {}, this.#part);
    this.#inode = reader === null ? null : (inodeOf(path) ?? 0);
    this.poll(Date.now());
    this.#ends.note(this.#snapshot.runs); // what is killed before the next poll has run, too
  }

  get snapshot(): StoreSnapshot {
    return this.#snapshot;
  }

  get reader(): StoreReader {
    return this.#reader;
  }

  /** What the user should know about how the store was opened. */
  get notice(): string | null {
    return this.#reader.notice;
  }

  /** Whether there is more to be read at once. */
  get isBehind(): boolean {
    return this.#snapshot.trouble === null && this.#areUnchecked;
  }

  /** Reads all that is not read yet. */
  readAll(): void {
    while (this.isBehind && this.#snapshot.reading !== null) this.poll(Date.now());
  }

  /** Reads what has changed; whether anything has. */
  poll(now: number): boolean {
    const before = this.#snapshot.version;
    try {
      this.#followFile();
      this.#readChanges(now);
    } catch (error) {
      this.failed(error);
    }
    this.#reportStatus();
    return this.#snapshot.version !== before;
  }

  /** Returns a sentence for each grid that has ended since the last call. */
  ended(now: number): readonly string[] {
    this.#ends.note(this.#snapshot.runs);
    if (this.#areUnchecked) return [];
    try {
      const isAttended = (grid: string): boolean => this.#reader.isAttended(grid, now);
      return this.#ends.follow(this.#snapshot.runs, isAttended);
    } catch (error) {
      this.failed(error);
      return [];
    }
  }

  /** Notes that something else could not be read; what was read before stays. */
  failed(error: unknown): void {
    if (!isTrouble(error)) throw error;
    const isLocked = /BUSY|LOCKED/.test(codeOf(error));
    const locked = "the store is locked by another process; trying again";
    this.#report(isLocked ? locked : (storeTrouble(error) ?? error.message));
  }

  /** Compares runs with their digests: at most so many, each once as long as it stays as it is. */
  check(runs: readonly ShownRun[], most: number): void {
    if (this.#areUnchecked) return;
    const isDue = ({ name, state, stamp }: ShownRun): boolean =>
      state !== "running" && this.#checked.get(name) !== stamp;
    const due = runs.filter(isDue).slice(0, most);
    if (due.length === 0) return;
    for (const { name, stamp } of due) this.#checked.set(name, stamp);
    try {
      this.#reader.checks.whole(due, { endsOnly: true });
      const damage = damageText(this.#reader.checks);
      if (damage !== null) this.#report(damage);
    } catch (error) {
      this.failed(error);
    }
  }

  close(): void {
    this.#reader.close();
  }

  /** Says how far logs are read, and what is not there yet. */
  #reportStatus(): void {
    const { title, status } = this.#source ?? {};
    const logs = status === undefined || title === undefined ? null : { ...status(), title };
    const store = `waiting for ${basename(this.path)}: \`ablate run CONFIG\` creates it`;
    const missing = logs?.isMissing === true ? `waiting for ${title}: there is nothing yet` : null;
    const waiting = this.#inode === null ? store : missing;
    const { logs: before, waiting: waited, version } = this.#snapshot;
    if (waiting === waited && isDeepStrictEqual(logs, before)) return;
    this.#snapshot = { ...this.#snapshot, version: version + 1, logs, waiting };
  }

  /** Goes on with the file that is at the path now, also when another one has taken its place. */
  #followFile(): void {
    const inode = inodeOf(this.path);
    if (inode === null && this.#inode !== null) {
      throw new StoreError("the store was removed; waiting until it is back");
    }
    if (inode === null || inode === this.#inode) return;
    if (this.#inode === null) {
      const made = openIfMade(this.path);
      if (made === null) return;
      this.#reader.close();
      this.#reader = made;
    } else {
      // Closed first: closing a file takes this process's locks from another that shares its -shm, which others then empty.
      this.#reader.close();
      this.#reader = openNothing();
      this.#inode = NO_FILE; // where the other one cannot be opened, it is tried again
      this.#reader = openAt(this.path);
    }
    this.#inode = inode;
    this.#follower = new RunFollower(this.#reader, {}, this.#part);
    this.#areUnchecked = false;
    this.#runs = new Map();
    this.#checked.clear();
  }

  #readChanges(now: number): void {
    const runs = this.#follower.poll(now);
    const { reading } = this.#follower;
    if (reading !== null) this.#readPart(runs ?? [], now);
    else if (runs === null && this.#areUnchecked) this.#checkAll();
    else this.#takeOver(runs, now);
  }

  #takeOver(runs: readonly FollowedRun[] | null, now: number): void {
    if (runs === null) this.#report(damageText(this.#reader.checks));
    else if (this.#update(runs, now) || this.#snapshot.trouble !== damageText(this.#reader.checks))
      this.#publish();
  }

  /** Takes over a part of the runs; the first is shown, the others as soon as all are there. */
  #readPart(followed: readonly FollowedRun[], now: number): void {
    this.#areUnchecked = true;
    this.#update(followed, now);
    if (this.#snapshot.reading === null) this.#publish();
    else this.#report(null);
  }

  /** Leaves out what is damaged of the runs that were read in parts. */
  #checkAll(): void {
    const { checks } = this.#reader;
    checks.inTable(checks.met.map(({ run }) => ({ name: run }))); // what no run could be made of
    const whole = checks.inTable([...this.#runs.values()]);
    this.#areUnchecked = false;
    this.#runs = new Map(whole.map((run) => [run.name, run]));
    if (whole.length === this.#snapshot.runs.length) this.#report(damageText(this.#reader.checks));
    else this.#publish();
  }

  /** Takes over runs and grids as they are now; whether any is another. */
  #update(followed: readonly FollowedRun[], now: number): boolean {
    const { runs: notes, grids, colours } = this.#reader.annotations();
    const isSameBeside = isDeepStrictEqual([grids, colours], [this.#grids, this.#colours]);
    this.#grids = grids;
    this.#colours = colours;
    const runs = followed.flatMap(({ name, stamp, isLost, row }): readonly ShownRun[] => {
      const known = this.#runs.get(name);
      if (row === null) return known === undefined ? [] : [known];
      const note = notes.get(name)?.note ?? null;
      const make = (): ShownRun => this.#makeRun(row, { stamp, isLost, note });
      return this.#reader.checks.unlessDamaged(name, make);
    });
    const told = this.#silence.told(runs, now);
    const isSame =
      told.length === this.#runs.size && told.every((run) => run === this.#runs.get(run.name));
    if (isSame) return !isSameBeside;
    this.#runs = new Map(told.map((run) => [run.name, run]));
    return true;
  }

  #publish(): void {
    const runs = withSameKeys([...this.#runs.values()]);
    this.#snapshot = {
      ...this.#snapshot,
      version: this.#snapshot.version + 1,
      runs,
      grids: this.#grids,
      colours: this.#colours,
      reading: this.#follower.reading,
      dataHashes: this.#reader.dataHashes(),
      bytes: sizeOf(this.path),
      isLive: runs.some(({ state }) => state === "running"),
      trouble: this.#areUnchecked ? null : damageText(this.#reader.checks),
    };
  }

  #report(trouble: string | null): void {
    if (trouble === this.#snapshot.trouble) return;
    this.#snapshot = { ...this.#snapshot, version: this.#snapshot.version + 1, trouble };
  }
}
