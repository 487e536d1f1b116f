import type { RunFilter, RunSummary } from "./history.ts";
import type { StoreReader } from "./reader.ts";

/** A run as it is at one poll. */
export type FollowedRun = {
  readonly name: string;
  /** A text that changes with everything that is shown of the run in lists. */
  readonly stamp: string;
  /** Its row says running, and its process is gone. */
  readonly isLost: boolean;
  /** Its row; null where the stamp is that of the poll before. */
  readonly row: RunSummary | null;
};

/** Most changed runs that are read one by one; beyond it, reading all of them at once costs less. */
const ONE_BY_ONE = 20;

/** Fewer parts than these are read at once. */
const FEW_PARTS = 4;

/** A process that dies writes nothing: running runs are checked for that this often. */
const CHECK_AGAIN_MS = 1000;

type Seen = Omit<FollowedRun, "row"> & { readonly isLive: boolean };

type FollowedScope = { readonly run?: string } & Pick<RunFilter, "grid" | "isCurrent">;

/** Reads what has changed of runs since the last poll, at little cost where nothing has. */
export class RunFollower {
  readonly #reader: StoreReader;
  readonly #scope: FollowedScope;
  readonly #part: number;
  #dataVersion = -1;
  #checkedAt = 0;
  #isFirst = true;
  /** Whether the first runs are read in parts; null before the first poll. */
  #isInParts: boolean | null = null;
  #runs: readonly Seen[] = [];
  /** Runs whose rows are still to be read. */
  #due: readonly string[] = [];
  /** Stamps of the rows that were read. */
  #stamps: Map<string, string> = new Map();

  /**
   * @param scope - follows this run or the runs of this grid; all of them unless given
   * @param part - reads so many runs per poll, as long as many more are to be read at first; these are not compared with their digests
   */
  constructor(
    reader: StoreReader,
    scope: FollowedScope = {},
    part: number = Number.POSITIVE_INFINITY,
  ) {
    this.#reader = reader;
    this.#scope = scope;
    this.#part = part;
  }

  /** How many runs there are, as long as not all of them are read; null afterwards. */
  get reading(): number | null {
    return this.#due.length === 0 ? null : this.#runs.length;
  }

  /** Returns the runs in the order of planning; null where nobody has written since the last poll. */
  poll(now: number): readonly FollowedRun[] | null {
    const dataVersion = this.#reader.dataVersion();
    const isLive = this.#runs.some((run) => run.isLive);
    const isStale = isLive && Math.abs(now - this.#checkedAt) > CHECK_AGAIN_MS;
    if (dataVersion !== this.#dataVersion || isStale) this.#readStamps(now, dataVersion);
    else if (this.#due.length === 0) return null;
    const rows = this.#readDue();
    return this.#runs.map(({ name, stamp, isLost }) => ({
      name,
      stamp,
      isLost,
      row: rows.get(name) ?? null,
    }));
  }

  #readStamps(now: number, dataVersion: number): void {
    const stamps = this.#inScope(this.#reader.stamps(now));
    this.#runs = stamps.map(({ run: name, stamp, isLost, isLive }) => ({
      name,
      stamp: `${stamp}|${isLost}`,
      isLost,
      isLive,
    }));
    const known = this.#stamps;
    const isRead = ({ name, stamp }: Seen): boolean => known.get(name) === stamp;
    this.#due = this.#runs.filter((run) => !isRead(run)).map(({ name }) => name);
    this.#stamps = new Map(this.#runs.filter(isRead).map(({ name, stamp }) => [name, stamp]));
    this.#dataVersion = dataVersion;
    this.#checkedAt = now;
  }

  /** Reads what is due, or a part of it. */
  #readDue(): ReadonlyMap<string, RunSummary> {
    this.#isInParts ??= this.#due.length > this.#part * FEW_PARTS;
    const names = this.#isInParts ? this.#due.slice(0, this.#part) : this.#due;
    const rows = this.#isInParts
      ? new Map(this.#reader.unchecked(names).map((row) => [row.name, row]))
      : this.#rowsOf(names);
    const read = new Set(names);
    const now = this.#runs.filter(({ name }) => read.has(name));
    for (const { name, stamp } of now) this.#stamps.set(name, stamp);
    this.#due = this.#due.slice(names.length);
    this.#isFirst = false;
    if (this.#due.length === 0) this.#isInParts = false;
    return rows;
  }

  #inScope<S extends { readonly run: string }>(stamps: readonly S[]): readonly S[] {
    const { run: only, grid, isCurrent } = this.#scope;
    const members = grid === undefined ? null : this.#reader.members(grid, { isCurrent });
    return stamps.filter(({ run }) => (only ?? run) === run && (members?.has(run) ?? true));
  }

  #rowsOf(names: readonly string[]): ReadonlyMap<string, RunSummary> {
    const { grid } = this.#scope;
    const isAll = names.length > ONE_BY_ONE || (this.#isFirst && grid !== undefined);
    const rows = isAll
      ? this.#reader.runs(grid === undefined ? {} : { grid })
      : names.flatMap((name) => this.#reader.row(name) ?? []);
    const wanted = new Set(names);
    return new Map(rows.filter(({ name }) => wanted.has(name)).map((row) => [row.name, row]));
  }
}
