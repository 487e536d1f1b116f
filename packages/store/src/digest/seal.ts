/** Writes the digests of runs and grids; call each function inside a transaction. */
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import { type StepsOfRun, stepBlocks } from "../reading/read-steps.ts";
import {
  FORMAT,
  GRID_NAMES,
  NAMES,
  OPTIONAL,
  PROBE,
  type Rows,
  rowsOf,
  type SectionName,
  STEPS_PER_PART,
  selectionOf,
  type WholeSection,
} from "./sections.ts";
import { StepHash } from "./step-hash.ts";
import { type Value, ValueHash } from "./value-hash.ts";

/** When a run got its digests. */
export type SealMade = "plan" | "end" | "migration" | "import" | "repair";

export type Seal = {
  readonly format: number;
  readonly made: SealMade | "refused";
  readonly sha256: Buffer;
};

/** The digest of one part of a run. */
export type PartDigest = {
  readonly section: SectionName;
  readonly part: number;
  readonly sha256: Buffer;
};

/** A run whose values become what its digests say. */
export type Sealed = { readonly made: SealMade; readonly now: number };

/** One for all digests, as nothing is hashed while another is: the room that each takes would have to be collected. */
const used: ValueHash = new ValueHash();

const INSERT = "insert or replace into digest values (?, ?, ?, ?)";
const HAS_PART = "select 1 from digest where run_id = ? and section = ? and part = ?";

/** Writes the digests of everything that a run has; parts that were hashed as they were written stay. */
export function sealRun(sql: Statements, id: number, { made, now }: Sealed): void {
  for (const digest of digestsOf(sql, id, (section, part) => isKept(sql, id, section, part))) {
    sql.run(INSERT, id, digest.section, digest.part, digest.sha256);
  }
  const seal = [id, FORMAT, made, now, sealOver(sql, id)];
  sql.run("insert or replace into seal values (?, ?, ?, ?, ?)", ...seal);
}

/** Does the same, but leaves a run without digests whose history is damaged: `doctor` names it. */
export function sealWhole(sql: Statements, id: number, sealed: Sealed): void {
  try {
    sealRun(sql, id, sealed);
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    unsealRun(sql, id);
  }
}

function isKept(sql: Statements, id: number, section: SectionName, part: number): boolean {
  if (section !== "steps" && section !== "config") return false;
  return sql.value(HAS_PART, id, section, part) !== undefined;
}

/** Writes sections of a run anew, if it has digests. */
export function renewSections(
  sql: Statements,
  id: number,
  sections: readonly WholeSection[],
): void {
  const format = sql.value<number>("select format from seal where run_id = ?", id);
  if (format === undefined) return;
  for (const section of sections) {
    if (hasSection(sql, id, section)) {
      sql.run(INSERT, id, section, 0, wholeDigest(sql, id, section, format));
    } else sql.run("delete from digest where run_id = ? and section = ?", id, section);
  }
  sql.run("update seal set sha256 = ? where run_id = ?", sealOver(sql, id), id);
}

/** Removes the digests of a run, so that the next seal is over what it has then. */
export function unsealRun(sql: Statements, id: number): void {
  sql.run("delete from digest where run_id = ?", id);
  sql.run("delete from seal where run_id = ?", id);
}

/** Writes the digest of what users call a run and say of it. */
export function renewNames(sql: Statements, id: number): void {
  sql.run("insert or replace into name_digest values (?, ?)", id, namesDigest(sql, id));
}

/** The same of a grid. */
export function renewGridNames(sql: Statements, id: number): void {
  sql.run("insert or replace into grid_digest values (?, ?)", id, gridNamesDigest(sql, id));
}

export function namesDigest(sql: Statements, id: number): Buffer {
  return digestOfParts(sql, NAMES, { id, part: 0 });
}

export function gridNamesDigest(sql: Statements, id: number): Buffer {
  return digestOfParts(sql, GRID_NAMES, { id, part: 0 });
}

/** Returns the sha256 over the digests of a run. */
export function sealOver(sql: Statements, id: number): Buffer {
  const hash = used.clear();
  hash.table("digest", ["section", "part", "sha256"]);
  const rows = "select section, part, sha256 from digest where run_id = ? order by section, part";
  for (const row of sql.arrays<Value[]>(rows, id)) hash.row(row);
  return hash.digest();
}

/**
 * Computes the digests of what a run has, part by part.
 *
 * @param isSkipped - parts that are left out
 */
export function* digestsOf(
  sql: Statements,
  id: number,
  isSkipped: (section: SectionName, part: number) => boolean,
  format: number = FORMAT,
): Generator<PartDigest> {
  for (const section of wholeSections()) {
    if (isSkipped(section, 0) || !hasSection(sql, id, section)) continue;
    yield { section, part: 0, sha256: wholeDigest(sql, id, section, format) };
  }
  for (const part of sql.values<number>("select step from probe where run_id = ?", id)) {
    yield { section: "probes", part, sha256: probeDigest(sql, id, part) };
  }
  const { steps, parameters } = extentOf(sql, id);
  for (let part = 0; part * STEPS_PER_PART < steps; part++) {
    if (isSkipped("steps", part)) continue;
    const first = part * STEPS_PER_PART;
    const end = Math.min(steps, first + STEPS_PER_PART);
    yield { section: "steps", part, sha256: stepsDigest(sql, id, { first, end, parameters }) };
  }
}

export function wholeDigest(
  sql: Statements,
  id: number,
  section: WholeSection,
  format: number,
): Buffer {
  return digestOfParts(sql, rowsOf(section, format), { id, part: 0 });
}

export function probeDigest(sql: Statements, id: number, step: number): Buffer {
  return digestOfParts(sql, PROBE, { id, part: step });
}

/** Computes the digest of the steps of one part, as they are stored. */
function stepsDigest(sql: Statements, id: number, steps: StepsOfRun): Buffer {
  const hash = new StepHash(steps.first);
  let found: Buffer = Buffer.alloc(0);
  const onPart = (_: number, sha256: Buffer): void => {
    found = sha256;
  };
  for (const block of stepBlocks(sql, id, steps)) hash.append(block, steps.parameters, onPart);
  hash.end(onPart);
  return found;
}

const EXTENT = `
  select coalesce(last_step, -1) + 1 as steps,
    (select count(*) from param where run_id = run.id) as parameters
  from run where id = ?`;

function extentOf(sql: Statements, id: number) {
  type Extent = { readonly steps: number; readonly parameters: number };
  return sql.row<Extent>(EXTENT, id) ?? { steps: 0, parameters: 0 };
}

function wholeSections(): readonly WholeSection[] {
  return [
    "config",
    "results",
    "record",
    "checkpoints",
    "findings",
    "rollup",
    "best",
    "metrics",
    "metric_ends",
    "metric_rollup",
    "recorded",
    "console",
  ];
}

function hasSection(sql: Statements, id: number, section: WholeSection): boolean {
  const { [section]: has } = HAS;
  return has === undefined || sql.value(`${has} limit 1`, { id }) !== undefined;
}

const HAS: Readonly<Partial<Record<WholeSection, string>>> = OPTIONAL;

function digestOfParts(
  sql: Statements,
  parts: readonly Rows[],
  at: { readonly id: number; readonly part: number },
): Buffer {
  const hash = used.clear();
  for (const part of parts) {
    hash.table(part.table, part.columns);
    for (const row of sql.arrays<Value[]>(selectionOf(part), at)) hash.row(row);
  }
  return hash.digest();
}
