import type { RunSummary, StoreReader } from "@ablate/store";
import { withLiveState } from "../store/live-state.ts";

/** A run, or all runs of a grid. */
export type Watched = { readonly run: string } | { readonly grid: string };

/** Where more runs than this have changed, all of them are read at once. */
const ONE_BY_ONE = 20;

/** A process that dies writes nothing: it is looked for this often. */
const LOOK_AGAIN_MS = 1000;

/** Reads what has changed in a store since the last look, at little cost where nothing has. */
export class Changes {
  readonly #reader: StoreReader;
  readonly #watched: Watched;
  #dataVersion = -1;
  #lookedAt = 0;
  #stamps: ReadonlyMap<string, string> = new Map();

  constructor(reader: StoreReader, watched: Watched) {
    this.#reader = reader;
    this.#watched = watched;
  }

  /** Runs that are not as they were at the last look; all of them at the first. */
  look(now: number): readonly RunSummary[] {
    const dataVersion = this.#reader.dataVersion();
    if (dataVersion === this.#dataVersion && now - this.#lookedAt < LOOK_AGAIN_MS) return [];
    const isFirst = this.#dataVersion === -1;
    this.#dataVersion = dataVersion;
    this.#lookedAt = now;
    const stamps = this.#reader.stamps(now);
    const texts = new Map(stamps.map(({ run, stamp, isLost }) => [run, `${stamp}|${isLost}`]));
    const changed = stamps.filter(({ run }) => texts.get(run) !== this.#stamps.get(run));
    this.#stamps = texts;
    if (changed.length === 0) return [];
    const names = new Set(changed.map(({ run }) => run));
    const rows = isFirst || names.size > ONE_BY_ONE ? this.#all() : this.#some(names);
    return withLiveState(
      rows.filter(({ name }) => names.has(name)),
      this.#reader,
    );
  }

  #all(): readonly RunSummary[] {
    if ("grid" in this.#watched) return this.#reader.runs({ grid: this.#watched.grid });
    return this.#some(new Set([this.#watched.run]));
  }

  #some(names: ReadonlySet<string>): readonly RunSummary[] {
    const members = "grid" in this.#watched ? this.#reader.members(this.#watched.grid) : null;
    return [...names].flatMap((name) => {
      const isMeant =
        "run" in this.#watched ? name === this.#watched.run : (members?.has(name) ?? false);
      return isMeant ? (this.#reader.run(name) ?? []) : [];
    });
  }
}
