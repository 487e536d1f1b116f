import type { RunFilter, RunSummary } from "./history.ts";
import type { StoreReader } from "./reader.ts";

/** A run as it is at one look. */
export type FollowedRun = {
  readonly name: string;
  /** A text that changes with everything that is shown of the run in lists. */
  readonly stamp: string;
  /** Its row says running, and its process is gone. */
  readonly isLost: boolean;
  /** Its row; null where the stamp is that of the look before. */
  readonly row: RunSummary | null;
};

/** Most changed runs that are read one by one; beyond it, reading all of them at once costs less. */
const ONE_BY_ONE = 20;

/** A process that dies writes nothing: where a run is running, it is looked for this often. */
const LOOK_AGAIN_MS = 1000;

type FollowedScope = { readonly run?: string } & Pick<RunFilter, "grid" | "isCurrent">;

/** Reads what has changed of runs since the last look, at little cost where nothing has. */
export class RunFollower {
  readonly #reader: StoreReader;
  readonly #scope: FollowedScope;
  #dataVersion = -1;
  #lookedAt = 0;
  #isLive = false;
  #stamps: ReadonlyMap<string, string> = new Map();

  /** @param scope - follows this run or the runs of this grid; all of them unless given */
  constructor(reader: StoreReader, scope: FollowedScope = {}) {
    this.#reader = reader;
    this.#scope = scope;
  }

  /** Returns the runs in the order of planning; null where nobody has written since the last look. */
  look(now: number): readonly FollowedRun[] | null {
    const dataVersion = this.#reader.dataVersion();
    const isStale = this.#isLive && Math.abs(now - this.#lookedAt) > LOOK_AGAIN_MS;
    if (dataVersion === this.#dataVersion && !isStale) return null;
    const stamps = this.#inScope(this.#reader.stamps(now)).map(
      ({ run: name, stamp, ...state }) => ({ name, stamp: `${stamp}|${state.isLost}`, ...state }),
    );
    const changed = stamps.filter(({ name, stamp }) => this.#stamps.get(name) !== stamp);
    const rows = this.#rowsOf(changed.map(({ name }) => name));
    this.#dataVersion = dataVersion;
    this.#lookedAt = now;
    this.#isLive = stamps.some(({ isLive }) => isLive);
    this.#stamps = new Map(stamps.map(({ name, stamp }) => [name, stamp]));
    return stamps.map(({ name, stamp, isLost }) => ({
      name,
      stamp,
      isLost,
      row: rows.get(name) ?? null,
    }));
  }

  #inScope<S extends { readonly run: string }>(stamps: readonly S[]): readonly S[] {
    const { run: only, grid, isCurrent } = this.#scope;
    const members = grid === undefined ? null : this.#reader.members(grid, { isCurrent });
    return stamps.filter(({ run }) => (only ?? run) === run && (members?.has(run) ?? true));
  }

  #rowsOf(names: readonly string[]): ReadonlyMap<string, RunSummary> {
    const { grid } = this.#scope;
    const isFirst = this.#dataVersion === -1;
    const isAll = names.length > ONE_BY_ONE || (isFirst && grid !== undefined);
    const rows = isAll
      ? this.#reader.runs(grid === undefined ? {} : { grid })
      : names.flatMap((name) => this.#reader.row(name) ?? []);
    const wanted = new Set(names);
    return new Map(rows.filter(({ name }) => wanted.has(name)).map((row) => [row.name, row]));
  }
}
