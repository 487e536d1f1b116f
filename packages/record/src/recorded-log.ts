/** Brings one log into the store, part after part. */
import { statSync } from "node:fs";
import {
  type Claim,
  type HeldRun,
  HeldRunError,
  type KnownRun,
  LostClaimError,
  type RetryingWriter,
  StorageError,
} from "@ablate/store";
import { systemReason } from "@ablate/text";
import { progressAfter } from "./apply.ts";
import { withLastLines } from "./console-lines.ts";
import { LiveFindings } from "./live-findings.ts";
import type { EndEntry, FoundLog, LogEntry, LogReader } from "./log.ts";
import type { LogProgress, RecordEvent } from "./record-event.ts";
import { usableName } from "./run-name.ts";
import { BegunRunError, type LogPart, type StoredLog, writePart } from "./write-entries.ts";

export type RecordedLogOptions = {
  readonly store: RetryingWriter;
  readonly claim: Claim;
  readonly onEvent: (event: RecordEvent) => void;
};

/** Without anything new for so long, nobody writes a log any more. */
const QUIET_MS = 600_000;

/** Another process that has a run is asked again after so long. */
const HELD_MS = 2000;

const UNSAID = { type: "end", error: null, trainSeconds: null } as const;
const NO_END: EndEntry = { ...UNSAID, state: "interrupted", reason: "no end in its log" };
const END_OF_FILE: EndEntry = { ...UNSAID, state: "finished", reason: "end of file" };

/** Entries that say more than that there is a run. */
const NUMBERS: ReadonlySet<LogEntry["type"]> = new Set(["steps", "metrics", "probe"]);

export class RecordedLog {
  readonly #options: RecordedLogOptions;
  readonly #findings = new LiveFindings();
  #found: FoundLog;
  #reader: LogReader | null = null;
  #stored: StoredLog | null = null;
  #positions = "";
  #progress: LogProgress = { step: 0, loss: null };
  /** Another process has it: when to ask again. */
  #heldUntil: number | null = null;
  readonly #isTrashed: boolean;
  /** Sizes and times of its files when they were read last; null: there may be more. */
  #seen: string | null = null;
  /** When something new came last. */
  #grewAt: number;
  #hasBegun = false;
  /** What was read before the first number. */
  #waiting: readonly LogEntry[] = [];
  /** Nothing more of it can be recorded. */
  #isBroken = false;

  constructor(found: FoundLog, known: KnownRun | undefined, options: RecordedLogOptions) {
    this.#found = found;
    this.#options = options;
    this.#grewAt = performance.now() - ageOf(found);
    this.#isTrashed = known?.isTrashed ?? false;
    if (known === undefined) return;
    this.#know(known);
    if (this.#isTrashed) this.#tellUnchanged();
  }

  get run(): string {
    const { grid, label } = usableName(this.#found);
    return this.#stored?.name ?? `${grid}/${label}`;
  }

  /** Whether the store has a run of it. */
  get isRun(): boolean {
    return this.#stored !== null;
  }

  /** The run that this process has. */
  get heldRun(): HeldRun | null {
    const { token } = this.#options.claim;
    return this.#stored?.isOurs === true ? { runId: this.#stored.id, token } : null;
  }

  /** Up to where its last file is read. */
  get readTo(): number {
    return this.#reader?.positions().at(-1)?.position ?? 0;
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

  /** Takes the log as it is found now: files may have come to it. */
  replace(found: FoundLog): void {
    if (`${found.paths}` === `${this.#found.paths}`) return;
    this.#found = found;
    this.#seen = null;
    this.close();
  }

  /** Records about `budget` bytes more. Returns whether there was anything. */
  async advance(budget: number): Promise<boolean> {
    const seen = signOf(this.#found);
    return this.#attempt(async () => {
      const reader = await this.#open();
      const entries = reader.read(budget);
      const positions = reader.positions();
      const text = JSON.stringify(positions);
      if (entries.length === 0 && text === this.#positions) {
        this.#seen = seen;
        if (this.heldRun !== null && this.#findings.areStale)
          await this.#record({ entries, positions });
        if (!this.#hasBegun) this.#tellUnchanged();
        return false;
      }
      const isEnded = this.#stored !== null && this.#stored.state !== "running";
      // What says nothing, as a sign of life, does not take the end of a run back.
      if (entries.length > 0 || !isEnded) await this.#record({ entries, positions });
      this.#positions = text;
      this.#grewAt = performance.now();
      return true;
    });
  }

  /** Ends the run where its log is over; `isFollowed`: while something may still come. */
  async settle(isFollowed: boolean): Promise<void> {
    if (this.#stored?.state !== "running" || this.#isTrashed || this.isHeldByOther) return;
    if (isFollowed && !this.#isOver()) return;
    await this.#attempt(async () => {
      const rest = this.#reader?.finish?.() ?? [];
      const unsaid = this.#found.marksEnd === true ? NO_END : END_OF_FILE;
      const end = { ...unsaid, ...this.#reader?.times?.() };
      await this.#record({ entries: [...rest, end], positions: [] });
      return true;
    });
  }

  close(): void {
    this.#reader?.close();
    this.#reader = null;
  }

  #know({ id, name, state, step, loss }: KnownRun): void {
    this.#progress = { step, loss };
    this.#stored = { id, name, state, metrics: new Set(), isOurs: false };
  }

  #isOver(): boolean {
    if (this.#reader?.isWritten?.() === true) return false;
    const { quietMs = QUIET_MS } = this.#found;
    return performance.now() - this.#grewAt > quietMs;
  }

  async #open(): Promise<LogReader> {
    if (this.#reader !== null) return this.#reader;
    const stored = this.#stored;
    const known = await this.#options.store.write((writer) =>
      stored === null
        ? { positions: [], names: [] }
        : { positions: writer.logPositions(stored.id), names: writer.metricNames(stored.id) },
    );
    for (const name of known.names) stored?.metrics.add(name);
    this.#reader = this.#found.open(known.positions);
    this.#positions = JSON.stringify(this.#reader.positions());
    return this.#reader;
  }

  /** Stores a part of the log in one transaction; then tells of it. */
  async #record(part: LogPart): Promise<void> {
    const entries = this.#worthARun([...this.#waiting, ...part.entries]);
    if (entries.length > 0 || this.#stored !== null) {
      const isResumed = this.#stored !== null;
      this.#findings.take(entries);
      const { store, claim } = this.#options;
      const [before, found, findings] = [this.#stored, this.#found, this.#findings];
      const { positions } = part;
      this.#stored = await store.write((writer) =>
        writer.together(() =>
          writePart(writer, before, { entries, positions }, { found, claim, findings }),
        ),
      );
      this.#findings.confirm();
      this.#heldUntil = null;
      this.#tell(entries, isResumed);
    }
    const run = this.#stored?.name ?? null;
    for (const entry of part.entries) {
      if (entry.type !== "trouble") continue;
      this.#options.onEvent({ event: "trouble", run, message: entry.message });
    }
  }

  /** Keeps back what a log says until there is a number: a file of text that was taken for a log is no run. */
  #worthARun(entries: readonly LogEntry[]): readonly LogEntry[] {
    const { marksEnd = false } = this.#found;
    const isBegun = this.#stored !== null || entries.some(({ type }) => NUMBERS.has(type));
    const isRun = this.#stored !== null || entries.some(({ type }) => type === "run");
    const isWorth = isRun && (isBegun || marksEnd);
    this.#waiting = isWorth ? [] : withLastLines(entries);
    return isWorth ? entries : [];
  }

  #tell(entries: readonly LogEntry[], isResumed: boolean): void {
    const { onEvent } = this.#options;
    const { run } = this;
    if (!this.#hasBegun) {
      const told = entries.find((entry) => entry.type === "run");
      const { format: source } = this.#found;
      onEvent({ event: "recording", run, source, steps: told?.steps ?? null, isResumed });
    }
    this.#hasBegun = true;
    for (const entry of entries) this.#progress = progressAfter(entry, this.#progress);
    const end = entries.findLast((entry) => entry.type === "end");
    if (end === undefined) onEvent({ event: "progress", run, ...this.#progress });
    else {
      const { state, reason, error } = end;
      onEvent({ event: "ended", run, ...this.#progress, state, reason, error });
    }
  }

  #tellUnchanged(): void {
    if (this.#stored === null || (this.#stored.state === "running" && !this.#isTrashed)) return;
    this.#hasBegun = true;
    const { name: run, state } = this.#stored;
    this.#options.onEvent({ event: "unchanged", run, state, isTrashed: this.#isTrashed });
  }

  /** What goes wrong with one log is told, and the others go on; a store that is given up ends all. */
  async #attempt(work: () => Promise<boolean>): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof StorageError || !(error instanceof Error)) throw error;
      // What was read is not stored: it is read again from there.
      this.close();
      this.#findings.forget();
      if (this.#stored !== null) this.#stored = { ...this.#stored, isOurs: false };
      if (error instanceof BegunRunError) {
        this.#waiting = [];
        this.#know(error.run);
        return true;
      }
      if (error instanceof HeldRunError || error instanceof LostClaimError) this.#onHeld(error);
      else this.#onBroken(error);
      return false;
    }
  }

  #onHeld(error: HeldRunError | LostClaimError): void {
    const isNews = this.#heldUntil === null;
    this.#heldUntil = performance.now() + HELD_MS;
    const { pid, host } = error instanceof HeldRunError ? error : { pid: null, host: null };
    if (isNews) this.#options.onEvent({ event: "held", run: this.run, pid, host });
  }

  #onBroken(error: Error): void {
    this.#isBroken = true;
    const { paths } = this.#found;
    const message = `${paths[0] ?? this.run} cannot be recorded further: ${systemReason(error) ?? error.message}`;
    this.#options.onEvent({ event: "trouble", run: this.run, message });
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
