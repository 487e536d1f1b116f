/** What revisions of the engine mean for runs that are shown or compared. */
import { count, firstOf, listed } from "@ablate/text";
import type { RevisionFrom } from "../writing/record.ts";

/** A run with the revisions that trained it, as the view `runs` has them. */
type Trained = {
  readonly name: string;
  readonly engine: string;
  readonly revision: string | null;
};

/** Most runs that are named for each revision. */
const MOST_NAMED = 3;

/** Says which revisions trained which runs, where those of one engine are several; else null. */
export function revisionsNote(runs: readonly Trained[]): string | null {
  const trained = runs.filter(({ revision }) => revision !== null);
  const differing = [...Map.groupBy(trained, ({ engine }) => engine)].flatMap(([engine, own]) => {
    const byRevision = [...Map.groupBy(own, ({ revision }) => revision ?? "")];
    const isOne = byRevision.length === 1 && byRevision.every(([found]) => !found.includes(","));
    return isOne ? [] : byRevision.map(([found, some]) => partText(engine, found, some));
  });
  if (differing.length === 0) return null;
  return `not all of one engine revision, whose bits differ: ${listed(differing)}`;
}

function partText(engine: string, revision: string, runs: readonly Trained[]): string {
  const names = firstOf(
    runs.map(({ name }) => name),
    MOST_NAMED,
  );
  return `${names} by revision ${revisionWords(revision)} of ${engine}`;
}

/** Writes the revisions of a run, as the view `runs` has them, as words. */
export function revisionWords(revision: string): string {
  return revision.split(",").join(" and then ");
}

/** Returns every revision that trained some runs, each once, as the view `runs` has it. */
export function revisionsOf(runs: readonly Pick<Trained, "revision">[]): readonly string[] {
  return [...new Set(runs.flatMap(({ revision }) => revision ?? []))].sort();
}

/** Writes by which revisions the updates of a run were made; empty of one that was never begun. */
export function revisionText(revisions: readonly RevisionFrom[]): string {
  const [first, ...later] = revisions;
  if (first === undefined) return "";
  const changes = later.map(({ step, revision }) => `, from step ${count(step)} on ${revision}`);
  return `revision ${first.revision}${changes.join("")}`;
}
