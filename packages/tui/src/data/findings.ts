/** What the rules say of runs, as one list. */
import {
  FilterError,
  type FilterSubject,
  type Finding,
  filterSubject,
  parseFilter,
  type StoreReader,
  unknownFields,
} from "@ablate/store";
import { RunCache } from "./lru-cache.ts";
import { attemptOf, type ShownRun } from "./shown-run.ts";

export type FoundIn = {
  /** Tells findings apart; focus follows it. */
  readonly key: string;
  readonly run: ShownRun;
  readonly finding: Finding;
};

export type FindingList = {
  /** The most serious first, then by step, in the order of the runs. */
  readonly items: readonly FoundIn[];
  /** How many there are without the filter. */
  readonly total: number;
  /** What is wrong with the filter. */
  readonly mistake: string | null;
};

const KEPT_FINDINGS = 20_000;

export const LEVELS: readonly Finding["level"][] = ["error", "warning", "info"];

export class FindingReader {
  readonly #reader: () => StoreReader;
  readonly #kept: RunCache<readonly FoundIn[]> = new RunCache(
    KEPT_FINDINGS,
    ({ length }) => length + 1,
  );
  readonly #diagnosed: Map<string, string> = new Map();

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  /** Reads the findings of one run. */
  of(run: ShownRun): readonly FoundIn[] {
    return this.#kept.read(run, () =>
      this.#reader()
        .findings(run.name)
        .map((finding) => ({ key: keyOf(run, finding), run, finding })),
    );
  }

  /** Tells whether rules have judged a run, also where they found nothing. */
  isDiagnosed(run: ShownRun): boolean {
    if (this.#diagnosed.get(run.name) === attemptOf(run)) return true;
    const isSo = this.#reader().thresholds(run.name) !== undefined;
    if (isSo) this.#diagnosed.set(run.name, attemptOf(run));
    return isSo;
  }

  /** Lists the findings of several runs that a filter leaves; a filter with a mistake leaves all. */
  list(runs: readonly ShownRun[], filter: string): FindingList {
    const all = runs
      .flatMap((run) => this.of(run))
      .toSorted(
        (a, b) =>
          LEVELS.indexOf(a.finding.level) - LEVELS.indexOf(b.finding.level) ||
          a.finding.step - b.finding.step,
      );
    if (filter.trim() === "") return { items: all, total: all.length, mistake: null };
    try {
      return { ...matching(all, filter), total: all.length };
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      return { items: all, total: all.length, mistake: error.message };
    }
  }
}

function keyOf({ name: run }: ShownRun, { rule, layer, param, step }: Finding): string {
  return [run, rule, layer, param, step].join("|");
}

function matching(
  all: readonly FoundIn[],
  text: string,
): { readonly items: readonly FoundIn[]; readonly mistake: string | null } {
  const filter = parseFilter(text);
  const subjects = all.map(subjectOf);
  const items = all.filter((_, i) => {
    const subject = subjects[i];
    return subject !== undefined && filter.matches(subject);
  });
  const [unknown] = items.length === 0 ? unknownFields(filter, subjects) : [];
  return { items, mistake: unknown === undefined ? null : `no finding has a field "${unknown}"` };
}

/** Makes the subject of a filter from a finding and its run. */
function subjectOf({ run, finding }: FoundIn): FilterSubject {
  const ofRun = filterSubject(run);
  const { rule, level, layer, param, message } = finding;
  const words = [rule, level, layer, param, message].filter((word) => word !== null);
  const own: Readonly<Record<string, unknown>> = finding;
  return {
    ...ofRun,
    tags: [...ofRun.tags, ...words],
    field: (name) => (Object.hasOwn(own, name) ? own[name] : ofRun.field(name)),
  };
}
