/** Brings one log into the store, part after part. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import {
  type Claim,
  HeldRunError,
  type KnownRun,
  type LogPosition,
  LostClaimError,
  type RetryingWriter,
  type StoreWriter,
} from "@ablate/store";
import { apply, type KnownMetrics, progressAfter } from "./apply.ts";
import { configText, seedIn } from "./config-text.ts";
import { LiveFindings } from "./live-findings.ts";
import type { EndEntry, FoundLog, LogEntry, LogReader, RunEntry } from "./log.ts";
import type { LogProgress, RecordEvent } from "./record-event.ts";
import { usableName } from "./run-name.ts";

export type RecordedLogOptions = {
  readonly store: RetryingWriter;
  readonly claim: Claim;
  readonly onEvent: (event: RecordEvent) => void;
};

/** Without anything new for so long, nobody writes a log any more. */
const QUIET_MS = 600_000;

/** Another process that has a run is asked again after so long. */
const HELD_MS = 2000;

const NO_END: Pick<EndEntry, "state" | "reason"> = {
  state: "interrupted",
  reason: "no end in its log",
};
const END_OF_FILE: Pick<EndEntry, "state" | "reason"> = {
  state: "finished",
  reason: "end of file",
};

/** What is known of a run in the store. */
type Stored = Pick<KnownRun, "id" | "name" | "state"> & { readonly metrics: KnownMetrics };

/** Returns the hash of the run that a log is of. */
export function logHash({ identity }: Pick<FoundLog, "identity">): string {
  return createHash("sha256")
    .update(JSON.stringify(["log", identity]))
    .digest("hex");
}

export class RecordedLog {
  readonly #options: RecordedLogOptions;
  #found: FoundLog;
  #reader: LogReader | null = null;
  #stored: Stored | null = null;
  #positions = "";
  #progress: LogProgress = { step: 0, loss: null };
  /** Whether this process has the run. */
  #isOurs = false;
  /** Another process has it: when to ask again. */
  #heldUntil: number | null = null;
  #isTrashed = false;
  /** Sizes and times of its files when they were read last; null: there may be more. */
  #seen: string | null = null;
  /** When something new came last. */
  #grewAt: number;
  #hasBegun = false;
  /** Nothing more of it can be recorded. */
  #isBroken = false;
  readonly #findings = new LiveFindings();

  constructor(found: FoundLog, known: KnownRun | undefined, options: RecordedLogOptions) {
    this.#found = found;
    this.#options = options;
    this.#grewAt = performance.now() - ageOf(found);
    if (known === undefined) return;
    this.#isTrashed = known.isTrashed;
    const { id, name, state } = known;
    this.#stored = { id, name, state, metrics: new Set() };
  }

  get found(): FoundLog {
    return this.#found;
  }

  get run(): string {
    const { grid, label } = usableName(this.#found);
    return this.#stored?.name ?? `${grid}/${label}`;
  }

  /** The run that this process has. */
  get heldRun(): { readonly runId: number; readonly token: string } | null {
    const { token } = this.#options.claim;
    return this.#isOurs && this.#stored !== null ? { runId: this.#stored.id, token } : null;
  }

  get isHeldByOther(): boolean {
    return this.#heldUntil !== null;
  }

  /** Whether there may be something that is not recorded. */
  get mayHaveMore(): boolean {
    if (this.#isTrashed || this.#isBroken) return false;
    if (this.#heldUntil !== null && performance.now() < this.#heldUntil) return false;
    return this.#seen === null || this.#seen !== signOf(this.#found);
  }

  /** Takes files that have come to the log. */
  replace(found: FoundLog): void {
    if (`${found.paths}` !== `${this.#found.paths}`) {
      this.close();
      this.#seen = null;
    }
    this.#found = found;
  }

  /** Records about `budget` bytes more. Returns whether there was anything. */
  async advance(budget: number): Promise<boolean> {
    const seen = signOf(this.#found);
    try {
      const reader = await this.#open();
      const entries = reader.read(budget);
      const positions = reader.positions();
      const isMoved = JSON.stringify(positions) !== this.#positions;
      if (entries.length === 0 && !isMoved) {
        this.#seen = seen;
        if (this.#isOurs && this.#findings.areStale) await this.#record([], []);
        if (!this.#hasBegun && this.#stored !== null) this.#tellUnchanged();
        return false;
      }
      const isEnded = this.#stored !== null && this.#stored.state !== "running";
      // What says nothing, as a sign of life, does not take the end of a run back.
      if (entries.length > 0 || !isEnded) await this.#record(entries, positions);
      this.#positions = JSON.stringify(positions);
      this.#grewAt = performance.now();
      this.#heldUntil = null;
      return true;
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** Ends the run where its log is over; `isFollowed`: while something may still come. */
  async settle(isFollowed: boolean): Promise<void> {
    const { stored, isDead } = { stored: this.#stored, isDead: this.#stored?.state === "running" };
    if (stored === null || this.#isTrashed || this.isHeldByOther) return;
    if (!this.#isOurs && !isDead) return;
    if (isFollowed && !this.#isOver()) return;
    try {
      const rest = this.#reader?.finish?.() ?? [];
      const { marksEnd = false } = this.#found;
      const end = { ...(marksEnd ? NO_END : END_OF_FILE), error: null, trainSeconds: null };
      await this.#record([...rest, { type: "end", ...end }], []);
    } catch (error) {
      this.#onError(error);
    }
  }

  #isOver(): boolean {
    const written = this.#reader?.isWritten?.() ?? null;
    if (written === true) return false;
    const { quietMs = QUIET_MS } = this.#found;
    return performance.now() - this.#grewAt > quietMs;
  }

  async #open(): Promise<LogReader> {
    if (this.#reader !== null) return this.#reader;
    const { store } = this.#options;
    const stored = this.#stored;
    let positions: readonly LogPosition[] = [];
    if (stored !== null) {
      positions = await store.write((writer) => writer.logPositions(stored.id));
      for (const name of await store.write((writer) => writer.metricNames(stored.id))) {
        stored.metrics.add(name);
      }
    }
    const reader = this.#found.open(positions);
    this.#positions = JSON.stringify(reader.positions());
    this.#reader = reader;
    return reader;
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  /** Stores entries and how far the log is read in one transaction; then tells of them. */
  async #record(entries: readonly LogEntry[], positions: readonly LogPosition[]): Promise<void> {
    const troubles = entries.filter((entry) => entry.type === "trouble");
    const isRun = this.#stored !== null || entries.some(({ type }) => type === "run");
    if (isRun) {
      this.#findings.take(entries);
      const after = await this.#options.store.write((writer) =>
        writer.together(() => this.#write(writer, entries, positions)),
      );
      this.#findings.confirm();
      this.#tell(entries, after);
    }
    for (const { message } of troubles) {
      this.#options.onEvent({ event: "trouble", run: isRun ? this.run : null, message });
    }
  }

  #write(
    writer: StoreWriter,
    entries: readonly LogEntry[],
    positions: readonly LogPosition[],
  ): { readonly stored: Stored; readonly isOurs: boolean } {
    const { claim } = this.#options;
    const { token } = claim;
    let stored = this.#stored && { ...this.#stored, metrics: new Set(this.#stored.metrics) };
    let isOurs = this.#isOurs;
    for (const entry of entries) {
      if (entry.type === "run") {
        stored = this.#begin(writer, entry, stored);
        isOurs = true;
      }
      if (stored === null || entry.type === "run" || entry.type === "end") continue;
      if (!isOurs) writer.reopenRun(stored.id, claim);
      isOurs = true;
      apply(writer, { runId: stored.id, token }, { entry, metrics: stored.metrics });
    }
    if (stored === null) throw new Error("a log says something of no run");
    if (!isOurs) writer.reopenRun(stored.id, claim);
    for (const position of positions) writer.setLogPosition(stored.id, token, position);
    const end = entries.findLast((entry) => entry.type === "end");
    const held = { name: stored.name, runId: stored.id, token };
    this.#findings.write(writer, held, end !== undefined || entries.length === 0);
    if (end === undefined) return { stored: { ...stored, state: "running" }, isOurs: true };
    writer.endRun(stored.id, token, { ...end, snapshot: null });
    return { stored: { ...stored, state: end.state }, isOurs: false };
  }

  /** Takes the run, with nothing recorded of it. */
  #begin(writer: StoreWriter, entry: RunEntry, known: Stored | null): Stored {
    const { claim } = this.#options;
    const { steps, provenance, parameters } = entry;
    const seed = seedIn(entry.config, entry.seed);
    const config = configText(entry.config, seed);
    const { id, name } = known ?? this.#plan(writer, entry, config);
    writer.claimRun(id, claim, provenance, parameters);
    if (known !== null) writer.describeRun(id, claim.token, { config, steps });
    return { id, name, state: "running", metrics: new Set() };
  }

  #plan(
    writer: StoreWriter,
    { seed, config: settings, framework, steps }: RunEntry,
    config: string,
  ): Pick<Stored, "id" | "name"> {
    const { grid, label } = usableName(this.#found);
    const engine = framework ?? "unknown";
    const run = {
      ...{ hash: logHash(this.#found), name: `${grid}/${label}`, label, config, engine, steps },
      ...{ seed: seedIn(settings, seed), source: this.#found.format },
    };
    const [planned] = writer.planGrid({ name: grid, description: "", spec: "", runs: [run] });
    if (planned === undefined) throw new Error("the plan has no run");
    return planned;
  }

  #tell(
    entries: readonly LogEntry[],
    { stored, isOurs }: { readonly stored: Stored; readonly isOurs: boolean },
  ): void {
    const { onEvent } = this.#options;
    const isResumed = this.#stored !== null;
    this.#stored = stored;
    this.#isOurs = isOurs;
    const run = stored.name;
    const told = entries.find((entry) => entry.type === "run");
    if (!this.#hasBegun) {
      const { format: source } = this.#found;
      onEvent({ event: "recording", run, source, steps: told?.steps ?? null, isResumed });
    }
    this.#hasBegun = true;
    for (const entry of entries) this.#progress = progressAfter(entry, this.#progress);
    const end = entries.findLast((entry) => entry.type === "end");
    if (end === undefined || isOurs) onEvent({ event: "progress", run, ...this.#progress });
    else {
      const { state, reason, error } = end;
      onEvent({ event: "ended", run, ...this.#progress, state, reason, error });
    }
  }

  #tellUnchanged(): void {
    if (this.#stored === null || this.#stored.state === "running") return;
    this.#hasBegun = true;
    const { name: run, state } = this.#stored;
    this.#options.onEvent({ event: "unchanged", run, state, isTrashed: this.#isTrashed });
  }

  #onError(error: unknown): void {
    this.#findings.forget();
    if (error instanceof HeldRunError || error instanceof LostClaimError) {
      const isNews = this.#heldUntil === null;
      this.#heldUntil = performance.now() + HELD_MS;
      this.#isOurs = false;
      this.close();
      const { pid, host } = error instanceof HeldRunError ? error : { pid: null, host: null };
      if (isNews) this.#options.onEvent({ event: "held", run: this.run, pid, host });
      return;
    }
    throw error;
  }
}

/** Returns what changes when a file of a log grows or is replaced. */
function signOf({ paths }: FoundLog): string {
  const signs = paths.map((path) => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
  });
  return signs.join("\n");
}

/** Returns how long ago a log was written to, in milliseconds. */
function ageOf({ paths }: FoundLog): number {
  const times = paths.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(0, Date.now() - Math.max(0, ...times));
}
