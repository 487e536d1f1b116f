/** Finds runs that train the same numbers, and says which entries of a config expand to the same run. */

import { planParameters } from "@ablate/core";
import { withoutSeed } from "@ablate/store";
import { canonicalJson } from "../config/canonical-json.ts";
import { positionText } from "../config/config-error.ts";
import type { PlannedConfig, PlannedRun } from "./expand.ts";

/** Notes of a kind that are printed one by one, a screen of them. */
const MOST_NOTES = 20;

/** Returns a note per pair, whatever the seeds; places tell the two apart where their labels are equal. */
export function sameRunNotes(
  pairs: readonly (readonly [PlannedConfig, PlannedConfig])[],
): string[] {
  const notes = pairs.map(
    ([first, second]) => `${bothOf(first, second)} are the same run; it is trained once`,
  );
  return shortened(notes, "entries are the same run as another; each run is trained once");
}

function shortened(all: readonly string[], what: string): string[] {
  const notes = [...new Set(all)];
  const more = notes.length - MOST_NOTES;
  return more <= 1 ? notes : [...notes.slice(0, MOST_NOTES), `${more} more ${what}`];
}

function bothOf(a: PlannedConfig, b: PlannedConfig): string {
  const [first, second] = [nameOf(a), nameOf(b)];
  const areVariants = first === a.variant && second === b.variant;
  const names =
    first === second ? [a, b].map(({ at }) => `${first} (${positionText(at)})`) : [first, second];
  return `${areVariants ? "variants" : "runs"} ${names.join(" and ")}`;
}

function nameOf({ label }: PlannedConfig): string {
  return withoutSeed(label) || label;
}

const UNUSED_IN_SOME = /^init\.(hidden\d*|output)\.(weight|bias|gamma|beta)$/;

/**
 * Returns a note for each run that trains the same numbers as another, whatever the seeds: they differ
 * in values that neither of them makes use of.
 */
export function sameNumbersNotes(runs: readonly PlannedRun[]): string[] {
  const keys = [...new Set(runs.flatMap(({ differs }) => Object.keys(differs)))].filter((key) =>
    UNUSED_IN_SOME.test(key),
  );
  if (keys.length === 0) return [];
  const firsts = new Map<string, PlannedRun>();
  const notes = runs.flatMap((run) => {
    const { data, model, init, train, seed, engine } = run.resolved;
    // Neither how many characters there are nor the values decide which schemes are used.
    const used = planParameters(run.spec, 2).map((parameter) => parameter.init);
    const { skip } = init;
    const numbers = canonicalJson({ data, model, used, skip, train, seed, engine });
    const first = firsts.get(numbers);
    if (first === undefined) {
      firsts.set(numbers, run);
      return [];
    }
    const unused = keys.filter(
      (key) => canonicalJson(run.differs[key]) !== canonicalJson(first.differs[key]),
    );
    const why = `${unused.join(" and ")} ${unused.length === 1 ? "has" : "have"} no effect in them`;
    return [`${bothOf(first, run)} train the same numbers: ${why}; \`when\` keeps one`];
  });
  return shortened(notes, "runs train the same numbers as another");
}
