/** Compares all that a run has with its digests. */
import { count } from "@ablate/text";
import type { Statements } from "../file/statements.ts";
import { DamageError } from "../file/store-error.ts";
import { digestsOf, type PartDigest, type Seal, sealOver, wholeDigest } from "./seal.ts";
import {
  isKnownFormat,
  OTHER_REVISIONS,
  type SectionName,
  STEPS_PER_PART,
  type WholeSection,
} from "./sections.ts";

/** Returns the seal of a run; undefined where it has none: it is being trained, or of an older store. */
export function sealOf(sql: Statements, id: number): Seal | undefined {
  return sql.row("select format, made, sha256 from seal where run_id = ?", id);
}

/** What is not as its digest says, as the end of a sentence that begins with the run's name. */
export type DigestDamage = { readonly section: SectionName | "digests"; readonly reason: string };

export type VerifyOptions = {
  /** Reads the first and the last part of the steps only. */
  readonly endsOnly?: boolean;
  /** Leaves out the sections that only sum others up. */
  readonly withoutSums?: boolean;
};

/** Finds what of a run is not what its digests say; null where everything is, or where it has no digests. */
export function digestDamage(
  sql: Statements,
  id: number,
  { endsOnly = false, withoutSums = false }: VerifyOptions = {},
): DigestDamage | null {
  const seal = sealOf(sql, id);
  if (seal === undefined || seal.made === "refused") return null;
  if (!isKnownFormat(seal.format)) {
    return { section: "digests", reason: `its digest has the unknown format ${seal.format}` };
  }
  if (sql.value(`${OTHER_REVISIONS} and run_id = ?`, id) !== undefined) {
    return { section: "results", reason: OTHER_REVISION };
  }
  const stored = new Map(partsOf(sql, id).map((digest) => [keyOf(digest), digest]));
  const last = Math.max(...[...stored.values()].flatMap(partOfSteps));
  const isSkipped = (section: SectionName, part: number): boolean =>
    (endsOnly && section === "steps" && part > 0 && part < last) ||
    (withoutSums && SUMS.includes(section));
  for (const digest of checkedDigests(sql, id, isSkipped, seal)) {
    const found = stored.get(keyOf(digest));
    if (found === undefined || !found.sha256.equals(digest.sha256)) {
      return isSealWhole(sql, id, seal) ? damageIn(digest) : OF_DIGESTS;
    }
    stored.delete(keyOf(digest));
  }
  const [left] = [...stored.values()].filter(({ section, part }) => !isSkipped(section, part));
  if (left !== undefined) return isSealWhole(sql, id, seal) ? damageIn(left) : OF_DIGESTS;
  return isSealWhole(sql, id, seal) ? null : OF_DIGESTS;
}

const SUMS: readonly SectionName[] = ["rollup", "metric_ends", "metric_rollup"];

/** Says whether a section of a run is what its digest says; also where it has none. */
export function isAsSealed(sql: Statements, id: number, section: WholeSection): boolean {
  const seal = sealOf(sql, id);
  if (seal === undefined || seal.made === "refused") return true;
  const text = "select sha256 from digest where run_id = ? and section = ? and part = 0";
  const digest = wholeDigest(sql, id, section, seal.format);
  return sql.value<Buffer>(text, id, section)?.equals(digest) ?? false;
}

/** What is wrong with a run whose digests are older than revisions, and that has others than such a run can have. */
export const OTHER_REVISION = "its revisions are not those of its digest";

const OF_DIGESTS: DigestDamage = {
  section: "digests",
  reason: "its digests have changed",
};

function isSealWhole(sql: Statements, id: number, { sha256 }: Seal): boolean {
  return sha256.equals(sealOver(sql, id));
}

type Place = Pick<PartDigest, "section" | "part">;

function partOfSteps({ section, part }: Place): readonly number[] {
  return section === "steps" ? [part] : [];
}

/** Computes digests; in place of one that cannot be computed comes one that no value has. */
function* checkedDigests(
  sql: Statements,
  id: number,
  isSkipped: (section: SectionName, part: number) => boolean,
  { format }: Seal,
): Generator<PartDigest> {
  try {
    yield* digestsOf(sql, id, isSkipped, format);
  } catch (error) {
    if (!(error instanceof DamageError)) throw error;
    yield { section: "steps", part: 0, sha256: Buffer.of() };
  }
}

function damageIn({ section, part }: Place): DigestDamage {
  return { section, reason: `${whatIs(section, part)} what the digest says` };
}

function whatIs(section: SectionName, part: number): string {
  if (section === "probes") return `its probe after ${count(part)} steps is not`;
  if (section !== "steps") return WHAT[section];
  const first = part * STEPS_PER_PART;
  return `one of its steps from ${count(first)} to ${count(first + STEPS_PER_PART - 1)} is not`;
}

const WHAT: Readonly<Record<Exclude<SectionName, "steps" | "probes">, string>> = {
  config: "its config or what identifies it is not",
  results: "its results are not",
  record: "its parameters, samples, events or ticks are not",
  checkpoints: "its list of checkpoints is not",
  findings: "its findings or thresholds are not",
  rollup: "its curves are not",
  best: "its best checkpoint is not",
  metrics: "its metrics are not",
  metric_ends: "the last or an extreme number of a metric is not",
  metric_rollup: "the curve of a metric is not",
  recorded: "where it is recorded from, or what its metrics stand for, is not",
  console: "the lines that it printed are not",
};

function partsOf(sql: Statements, id: number): PartDigest[] {
  return sql.rows("select section, part, sha256 from digest where run_id = ?", id);
}

function keyOf({ section, part }: Place): string {
  return `${section} ${part}`;
}
