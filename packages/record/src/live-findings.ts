/** What is wrong with a run, in the store while its log is read. */
import { LOG_THRESHOLDS } from "@ablate/core";
import type { HeldRun, StoreWriter } from "@ablate/store";
import type { LogEntry } from "./log.ts";
import { RecordedDiagnosis } from "./recorded-diagnosis.ts";

/** Findings are asked for so often. */
const JUDGE_EVERY_MS = 500;

const JUDGED_BY = JSON.stringify(LOG_THRESHOLDS);

/** Follows the entries of one log. What the store has of its run counts after each restart and each rewind. */
export class LiveFindings {
  /** Null: to be read from the store. */
  #diagnosis: RecordedDiagnosis | null = null;
  #told = "";
  #isJudged = true;
  #nextAt = 0;
  /** What is being stored; null: nothing. */
  #pending: string | null = null;

  /** Whether something came that has not been judged. */
  get areStale(): boolean {
    return !this.#isJudged;
  }

  /** Takes entries before they are stored. */
  take(entries: readonly LogEntry[]): void {
    if (entries.some(({ type }) => type === "run" || type === "rewind")) this.forget();
    for (const entry of entries) this.#diagnosis?.take(entry);
    if (entries.length > 0) this.#isJudged = false;
  }

  /** Forgets what was taken, since it may not be what the store has. */
  forget(): void {
    this.#diagnosis = null;
    this.#told = "";
  }

  /**
   * Stores what is to be said of a run, if it is time and not what was said before; call it in the transaction that stores
   * what was taken, after that.
   *
   * @param isUrgent - whether there may be no other time
   */
  write(writer: StoreWriter, { runId, token }: HeldRun, isUrgent: boolean): void {
    this.#pending = null;
    if (this.#isJudged || (!isUrgent && performance.now() < this.#nextAt)) return;
    this.#diagnosis ??= RecordedDiagnosis.read(writer.records, writer.nameOf(runId));
    const findings = this.#diagnosis.findings();
    this.#pending = JSON.stringify(findings);
    if (this.#pending === this.#told) return;
    writer.setThresholds(runId, token, JUDGED_BY); // also says that a run without findings is judged
    writer.setFindings(runId, token, findings);
  }

  /** Takes note that the transaction has ended well; one that fails is repeated. */
  confirm(): void {
    if (this.#pending === null) return;
    this.#told = this.#pending;
    this.#isJudged = true;
    this.#nextAt = performance.now() + JUDGE_EVERY_MS;
  }
}
