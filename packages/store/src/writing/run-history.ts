import type { Database, Statement } from "better-sqlite3";
import type { StepBlock } from "../contract/record.ts";
import { LEVELS, Rollup, type RollupRow } from "../rollup.ts";
import { prepareSteps, StepInserter, type StepStatements } from "./step-inserter.ts";

/** Steps in `run.recent_loss`. */
const RECENT = 100;

type StoredStep = {
  readonly loss: number | null;
  readonly lr: number | null;
  readonly ratios: Buffer;
};

/** What the histories of all runs say to SQLite. */
export type HistoryStatements = StepStatements & {
  readonly countParameters: Statement<[number], number>;
  readonly upsertRollup: Statement;
  readonly stepsFrom: Statement<[number, number], StoredStep>;
};

export function prepareHistory(database: Database): HistoryStatements {
  return {
    ...prepareSteps(database),
    countParameters: database
      .prepare<[number], number>("select count(*) from param where run_id = ?")
      .pluck(),
    upsertRollup: database.prepare("insert or replace into rollup values (?, ?, ?, ?, ?)"),
    stepsFrom: database.prepare<[number, number], StoredStep>(
      "select loss, lr, ratios from step where run_id = ? and step >= ? order by step",
    ),
  };
}

/** Writes the steps of one run and what sums them up; call it inside transactions. */
export class RunHistory {
  readonly #runId: number;
  readonly #parameters: number;
  readonly #rollup: Rollup;
  /** The last losses, that of step k at k modulo its length. */
  readonly #recent: Float64Array = new Float64Array(RECENT);
  readonly #steps: StepInserter;
  readonly #upsertRollup: Statement;

  /** Picks up after step `next - 1`, whose history it reads again where that is not empty. */
  constructor(sql: HistoryStatements, runId: number, next: number) {
    this.#runId = runId;
    this.#parameters = sql.countParameters.get(runId) ?? 0;
    this.#rollup = new Rollup(this.#parameters);
    this.#steps = new StepInserter(sql, runId, this.#parameters);
    this.#upsertRollup = sql.upsertRollup;
    if (next > 0) this.#rebuild(sql, next);
  }

  /** The step that has to come next. */
  get next(): number {
    return this.#rollup.next;
  }

  append(block: StepBlock): void {
    this.#check(block);
    this.#steps.insert(block);
    const { first, count, loss } = block;
    for (let i = Math.max(0, count - RECENT); i < count; i++) {
      this.#recent[(first + i) % RECENT] = loss[i] ?? Number.NaN;
    }
    this.#rollup.append(block, this.#writeRow);
  }

  /** Writes the rows of the buckets that are not full. */
  writeOpen(): void {
    this.#rollup.writeOpen(this.#writeRow);
  }

  readonly #writeRow = ({ level, bucket, n, data }: RollupRow): void => {
    this.#upsertRollup.run(this.#runId, level, bucket, n, data);
  };

  /** Of the last step; NaN where there is none. */
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

  /** Goes through the stored steps from where the widest open bucket begins. */
  #rebuild({ stepsFrom }: HistoryStatements, next: number): void {
    const start = next - (next % Math.max(...LEVELS));
    this.#rollup.startAt(start);
    let step = Math.max(0, Math.min(start, next - RECENT));
    for (const { loss, lr, ratios } of stepsFrom.iterate(this.#runId, step)) {
      this.#recent[step % RECENT] = loss ?? Number.NaN;
      if (step >= start) this.#rollup.append(blockOf(step, loss, lr, ratios), () => {});
      step += 1;
    }
  }
}

function blockOf(first: number, loss: number | null, lr: number | null, bytes: Buffer): StepBlock {
  const ratios = new Float32Array(bytes.byteLength / 4);
  Buffer.from(ratios.buffer).set(bytes);
  return {
    first,
    count: 1,
    loss: Float64Array.of(loss ?? Number.NaN),
    lr: Float64Array.of(lr ?? Number.NaN),
    ratios,
  };
}
