/** Leaves damaged runs out of what is read, and remembers which: a damaged run hides no other. */
import { runToCheck } from "../check/check.ts";
import { indexFault } from "../check/index-fault.ts";
import { stepDamage } from "../check/run-damage.ts";
import { valueDamage } from "../check/value-damage.ts";
import { damagedGrids, type RunDamage, tableDamage } from "../digest/table-check.ts";
import { digestDamage, sealOf } from "../digest/verify.ts";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";

const ASIDE = `
  from damaged_run d join run r on r.id = d.run_id
  where r.id not in (select run_id from trash_run)`;

type Named = { readonly name: string };

export type WholeOptions = {
  /** Reads the first and the last part of the steps only, for who shows no others. */
  readonly endsOnly?: boolean;
};

export class RunChecks {
  readonly #sql: Statements;
  #version = -1;
  #ofTable: ReadonlyMap<string, RunDamage> = new Map();
  /** What is wrong with the tables themselves, at a version of the data. */
  #ofIndices: { readonly version: number; readonly fault: string | null } | null = null;
  readonly #met: Map<string, RunDamage> = new Map();

  constructor(sql: Statements) {
    this.#sql = sql;
  }

  /** Returns the damaged runs that were met, each once, in the order in which they were. */
  get met(): readonly RunDamage[] {
    return [...this.#met.values()];
  }

  /** Says whether a run was set aside under this name; it is then read as it is, and met. */
  isSetAside(name: string): boolean {
    const reason = this.#sql.value<string>(`select d.reason ${ASIDE} and r.name = ?`, name);
    if (reason === undefined) return false;
    this.#met.set(name, { run: name, reason, isOfName: false, isSetAside: true });
    return true;
  }

  /** Returns the names of the runs that were set aside, the first one first. */
  setAside(): readonly string[] {
    return this.#sql.values(`select r.name ${ASIDE} order by d.at_ms, r.id`);
  }

  /** Leaves out runs whose row is not what was written. */
  inTable<R extends Named>(runs: readonly R[]): R[] {
    const damaged = this.#tableDamage();
    return damaged.size === 0
      ? [...runs]
      : runs.filter(({ name }) => this.#isGood(damaged.get(name)));
  }

  /** Says whether the row of one run is what was written, without reading those of the others. */
  isWholeRow(name: string): boolean {
    const id = this.#idOf(name);
    const [damage] = id === undefined ? [] : this.#atOnce(() => tableDamage(this.#sql, id));
    return this.#isGood(damage);
  }

  /** Leaves out runs of which anything is not what was written. */
  whole<R extends Named>(runs: readonly R[], options?: WholeOptions): R[] {
    return this.inTable(runs).filter(({ name }) => {
      const id = this.#idOf(name);
      const isAside = this.#met.get(name)?.isSetAside === true;
      const isRead = id === undefined || isAside;
      const reason = isRead ? null : this.#atOnce(() => this.#reasonOf(id, options));
      return this.#isGood(reason === null ? undefined : { run: name, reason, isOfName: false });
    });
  }

  /** Runs `read` for a run; where it comes upon damage, the run is left out. */
  unlessDamaged<T>(name: string, read: () => T): readonly T[] {
    try {
      return [read()];
    } catch (error) {
      if (!(error instanceof DamageError)) throw error;
      const { cause, message } = error;
      const reason = cause instanceof DamageError ? cause.message : message;
      this.#isGood({ run: name, reason, isOfName: false });
      return [];
    }
  }

  /** Notes a damaged run that is left out by who reads the store in another way. */
  leaveOut(damage: RunDamage): void {
    this.#isGood(damage);
  }

  /** @throws DamageError - if anything of a run is not what was written */
  refuse(name: string, options?: WholeOptions): void {
    if (this.whole([{ name }], options).length > 0) return;
    throw new DamageError(this.#met.get(name)?.reason ?? "its row cannot be read").of(name);
  }

  /** Says when a run got its digests; null where it has none. */
  madeOf(name: string): string | null {
    const id = this.#idOf(name);
    return (id === undefined ? undefined : sealOf(this.#sql, id)?.made) ?? null;
  }

  /** Returns the names of the grids whose texts are not what was written. */
  grids(): string[] {
    return this.#atOnce(() => damagedGrids(this.#sql));
  }

  /**
   * Says what is wrong with the tables of runs and grids where a row is not in its index, so that it may be missing
   * from what is shown; null where nothing is.
   */
  lostRows(): string | null {
    const version = this.#dataVersion();
    if (this.#ofIndices?.version !== version) {
      this.#ofIndices = { version, fault: indexFault(this.#sql) };
    }
    return this.#ofIndices.fault;
  }

  #reasonOf(id: number, options?: WholeOptions): string | null {
    const reason = digestDamage(this.#sql, id, options)?.reason ?? valueDamage(this.#sql, id);
    const run = runToCheck(this.#sql, id);
    const isOpen = run === undefined || run.state === "running" || sealOf(this.#sql, id);
    if (reason !== null || isOpen || options?.endsOnly === true) return reason;
    return stepDamage(this.#sql, run)?.reason ?? null;
  }

  #isGood(damage: RunDamage | undefined): boolean {
    if (damage === undefined) return true;
    this.#met.set(damage.run, damage);
    return damage.isOfName;
  }

  #tableDamage(): ReadonlyMap<string, RunDamage> {
    const version = this.#dataVersion();
    if (version !== this.#version) {
      const found = this.#atOnce(() => tableDamage(this.#sql));
      this.#ofTable = new Map(found.map((damage) => [damage.run, damage]));
      this.#version = version;
    }
    return this.#ofTable;
  }

  /** Reads values and their digests as of one moment: a run that changes in between is not damaged. */
  #atOnce<T>(read: () => T): T {
    return this.#sql.database.transaction(read)();
  }

  #dataVersion(): number {
    return Number(this.#sql.database.pragma("data_version", { simple: true }));
  }

  #idOf(name: string): number | undefined {
    return this.#sql.value("select id from run where name = ?", name);
  }
}
