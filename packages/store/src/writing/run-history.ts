import type { StepBlock } from "@ablate/core";
import { STEPS_PER_PART } from "../digest/sections.ts";
import { StepHash } from "../digest/step-hash.ts";
import type { Statements } from "../file/statements.ts";
import { readSteps, stepBlocks } from "../reading/read-steps.ts";
import { LEVELS, Rollup } from "./rollup.ts";
import { RollupRows } from "./rollup-rows.ts";
import { StepRows } from "./step-rows.ts";

/** Steps in `run.recent_loss`. */
const RECENT = 100;

const INSERT_DIGEST = "insert or replace into digest values (?, 'steps', ?, ?)";

/** Writes the steps of one run and what sums them up; call it inside transactions. */
export class RunHistory {
  readonly #sql: Statements;
  readonly #runId: number;
  readonly #parameters: number;
  readonly #rollup: Rollup;
  #hash: StepHash = new StepHash(0);
  /** The last losses, that of step k at k modulo its length. */
  readonly #recent: Float64Array = new Float64Array(RECENT);
  readonly #stepRows: StepRows;
  readonly #rollupRows: RollupRows;

  /** Picks up after step `next - 1`, whose history it reads again where that is not empty. */
  constructor(sql: Statements, runId: number, next: number) {
    this.#sql = sql;
    this.#runId = runId;
    const count = "select count(*) from param where run_id = ?";
    this.#parameters = sql.value<number>(count, runId) ?? 0;
    this.#rollup = new Rollup(this.#parameters);
    this.#stepRows = new StepRows(sql, runId, this.#parameters);
    this.#rollupRows = new RollupRows(sql, runId, this.#parameters + 2);
    if (next > 0) this.#rebuild(next);
  }

  /** The step that has to come next. */
  get next(): number {
    return this.#rollup.next;
  }

  append(block: StepBlock): void {
    this.#check(block);
    this.#stepRows.insert(block);
    this.#hash.append(block, this.#parameters, this.#writeDigest);
    this.#remember(block);
    this.#rollup.append(block, this.#rollupRows.write);
    this.#rollupRows.flush();
  }

  /** Writes the rows of the buckets that are not full. */
  writeOpen(): void {
    this.#rollup.writeOpen(this.#rollupRows.write);
  }

  /** Writes the digest of the part that is not full; nothing can follow. */
  endDigests(): void {
    this.#hash.end(this.#writeDigest);
  }

  readonly #writeDigest = (part: number, sha256: Buffer): void => {
    this.#sql.run(INSERT_DIGEST, this.#runId, part, sha256);
  };

  /** Loss of the last step; NaN where there is none. */
  lastLoss(): number {
    return this.next === 0 ? Number.NaN : (this.#recent[(this.next - 1) % RECENT] ?? Number.NaN);
  }

  /** Mean of the last 100 losses, not finite where one of them is not. */
  recentLoss(): number {
    const count = Math.min(this.next, RECENT);
    let sum = 0;
    for (let step = this.next - count; step < this.next; step++) {
      sum += this.#recent[step % RECENT] ?? Number.NaN;
    }
    return sum / count;
  }

  #check({ first, count, loss, lr, ratios }: StepBlock): void {
    if (first !== this.next) {
      throw new RangeError(
        `steps from ${first} do not follow: run ${this.#runId} is at ${this.next}`,
      );
    }
    if (loss.length < count || lr.length < count || ratios.length < count * this.#parameters) {
      throw new RangeError(
        `a block of ${count} steps and ${this.#parameters} parameters has ${loss.length} losses, ${lr.length} rates, ${ratios.length} ratios`,
      );
    }
  }

  #remember({ first, count, loss }: StepBlock): void {
    for (let i = Math.max(0, count - RECENT); i < count; i++) {
      this.#recent[(first + i) % RECENT] = loss[i] ?? Number.NaN;
    }
  }

  /** Reads the stored steps again from where the widest open bucket begins. */
  #rebuild(next: number): void {
    const start = next - (next % Math.max(...LEVELS));
    this.#rollup.startAt(start);
    const parameters = this.#parameters;
    if (next - start < RECENT) {
      const first = Math.max(0, next - RECENT);
      this.#remember(readSteps(this.#sql, this.#runId, { first, end: start, parameters }));
    }
    const part = next - (next % STEPS_PER_PART);
    this.#hash = new StepHash(part);
    const steps = { first: start, end: next, parameters };
    for (const block of stepBlocks(this.#sql, this.#runId, steps)) {
      this.#remember(block);
      this.#rollup.append(block, () => {});
      if (block.first >= part) this.#hash.append(block, parameters, () => {});
    }
  }
}
