/** What is said of runs that another revision of the engine has begun, and which options train them on. */
import { ENGINE_REVISIONS, otherThanCurrent } from "@ablate/core";
import type { KeptRun, PlannedRun } from "@ablate/runner";
import { type PlannedStart, type RunSummary, revisionWords } from "@ablate/store";
import { count, listed } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import { few } from "../print/few.ts";
import { withAnyReader } from "../store/open.ts";

/** Returns whether `--restart` is given, which goes with none of `others`. */
export function isRestart(flags: Flags, others: readonly string[]): boolean {
  if (!flags.has("restart")) return false;
  const other = others.find((flag) => flags.has(flag));
  if (other !== undefined) throw new UsageError(`--restart and --${other} exclude each other`);
  return true;
}

/** Returns a planned run as one that is left as it is; null where it would be trained. */
export function keptRun({ name, resolved }: PlannedRun, { other }: PlannedStart): KeptRun | null {
  if (other === null) return null;
  const { step, revision } = other;
  return { run: name, step, revision, current: ENGINE_REVISIONS[resolved.engine] };
}

/** Names the runs that are left as they are, and says what to do; says nothing where there are none. */
export function keptNote(kept: readonly KeptRun[]): readonly string[] {
  if (kept.length === 0) return [];
  const places = kept.map(({ run, step }) => `${run} (at step ${count(step)})`);
  const numbers = (of: (run: KeptRun) => number): string =>
    listed([...new Set(kept.map(of))].sort((a, b) => a - b).map(String));
  const [are, them, theirs] =
    kept.length === 1
      ? ["is not touched", "it", "its checkpoint"]
      : ["are not touched", "them", "their checkpoints"];
  const made = `engine revision ${numbers(({ revision }) => revision)} made ${theirs}`;
  const now = `revision ${numbers(({ current }) => current)} would continue with other bits`;
  return [
    `${few(places)} ${are}: ${made}, and ${now}; --mixed-revisions goes on from there, --restart trains ${them} again; add --only for some of the runs`,
  ];
}

const OF_FAMILIES =
  "select name, family from kept_run where family in (select value from json_each(?)) order by id";

/** Returns the stored runs that differ from planned ones in their steps at most, by their family. */
export function storedFamilies(
  invocation: Invocation,
  runs: readonly PlannedRun[],
): ReadonlyMap<string, readonly RunSummary[]> {
  const families = JSON.stringify(runs.map(({ family }) => family));
  const found = withAnyReader(invocation, (reader) =>
    reader.query(OF_FAMILIES, [families]).rows.flatMap(([name, family]) => {
      const run = reader.row(String(name));
      return run === undefined ? [] : [{ run, family: String(family) }];
    }),
  );
  const byFamily = Map.groupBy(found ?? [], ({ family }) => family);
  return new Map([...byFamily].map(([family, some]) => [family, some.map(({ run }) => run)]));
}

/**
 * Names the runs that another revision of their engine has trained, whose bits the current one does not repeat.
 *
 * @param what - what the current one does
 */
export function otherRevisionNote(runs: readonly RunSummary[], what: string): readonly string[] {
  const trained = runs.flatMap((run) => {
    const other = otherThanCurrent(run);
    if (other === null) return [];
    const by = `revision ${revisionWords(other.revision)} of ${run.engine}`;
    return [{ name: run.name, by, current: other.current }];
  });
  const parts = Map.groupBy(trained, ({ by, current }) => `${by}: ${what} by revision ${current}`);
  return [...parts].map(([by, some]) => {
    const names = some.map(({ name }) => name);
    const [were, their] = names.length === 1 ? ["was", "its"] : ["were", "their"];
    return `${few(names)} ${were} trained by ${by}, which does not repeat ${their} bits`;
  });
}
