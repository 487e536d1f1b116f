/** What the store has of one run beside its row and its curves, read once and kept while the run stays as it is. */
import {
  byCause,
  type ConsoleLine,
  type Finding,
  type ModelFacts,
  modelFactsOf,
  type Probe,
  type Provenance,
  type RevisionFrom,
  type RunEvent,
  type StoredEvaluation,
  type StoredSample,
  type StoreReader,
  type TensorKind,
  type TensorProbe,
} from "@ablate/store";
import { LruCache, RunCache } from "./lru-cache.ts";
import { attemptOf, isRecorded, metricOfRole, type ShownRun } from "./shown-run.ts";

export type RunFacts = {
  readonly initialLoss: number | null;
  /** The learning rate of the last recorded step. */
  readonly lastRate: number | null;
  /** Tokens that the model tells apart; null before it has parameters. */
  readonly vocabulary: number | null;
  readonly evaluations: readonly StoredEvaluation[];
  readonly samples: readonly StoredSample[];
  readonly provenance: Provenance;
  /** What the log of a recorded run says of its model. */
  readonly model: ModelFacts;
  readonly revisions: readonly RevisionFrom[];
  readonly events: readonly RunEvent[];
  /** The last lines that the training script of a recorded run has printed. */
  readonly printed: readonly ConsoleLine[];
};

/** A finding and the run that it is about. */
export type FoundIn = {
  /** Tells findings apart; focus follows it. */
  readonly key: string;
  readonly run: ShownRun;
  readonly finding: Finding;
  /** The finding that it follows from; null where it follows from none. */
  readonly cause: Finding | null;
};

/** Runs whose facts are kept: more than are on a screen. */
const KEPT_FACTS = 64;
const KEPT_STEPS = 256;
/** Findings, and runs without any: those of 20,000 runs together, or each view of them would read all anew. */
const KEPT_FINDINGS = 100_000;

/** From more runs on one statement for the whole store is faster than one for each. */
const MOST_ONE_BY_ONE = 100;

/** Lines of a script's output that are read: a page of them. */
const MOST_PRINTED = 100;

/** Layers of whole probes, and of single kinds of numbers. */
const KEPT_LAYERS = 1500;
const KEPT_TENSORS = 20_000;

type Tensors = ReadonlyMap<string, TensorProbe>;

export class RunReader {
  readonly #reader: () => StoreReader;
  readonly #facts: RunCache<RunFacts> = new RunCache(KEPT_FACTS);
  readonly #vocabularies: Map<string, number> = new Map();
  readonly #steps: RunCache<readonly number[]> = new RunCache(KEPT_STEPS);
  readonly #probes: LruCache<Probe> = new LruCache(KEPT_LAYERS, ({ layers }) => layers.length);
  readonly #tensors: LruCache<Tensors> = new LruCache(KEPT_TENSORS, ({ size }) => size);
  readonly #findings: RunCache<readonly FoundIn[]> = new RunCache(
    KEPT_FINDINGS,
    ({ length }) => length + 1,
  );
  readonly #diagnosed: Set<string> = new Set();

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  facts(run: ShownRun): RunFacts {
    return this.#facts.read(run, () => {
      const reader = this.#reader();
      const provenance = reader.provenance(run.name);
      return {
        initialLoss: reader.lossAt(run.name, 0)?.loss ?? null,
        lastRate: reader.lossAt(run.name)?.lr ?? metricOfRole(run, "lr")?.last ?? null,
        vocabulary: this.vocabulary(run),
        evaluations: reader.evaluations(run.name),
        samples: reader.samples(run.name),
        provenance,
        model: modelFactsOf(provenance),
        revisions: reader.revisions(run.name),
        events: reader.events(run.name),
        printed: isRecorded(run) ? reader.consoleLines(run.name, MOST_PRINTED) : [],
      };
    });
  }

  /** Counts the tokens that a run's model tells apart; null before it has parameters. */
  vocabulary(run: ShownRun): number | null {
    const size = this.#vocabularies.get(run.hash) ?? this.#reader().classes(run.name);
    if (size !== null) this.#vocabularies.set(run.hash, size);
    return size;
  }

  /** Returns the numbers of updates after which there is a probe. */
  probeSteps(run: ShownRun): readonly number[] {
    return this.#steps.read(run, () => this.#reader().probeSteps(run.name));
  }

  /** Reads a probe, which does not change while its run's attempt lasts. */
  probe(run: ShownRun, step: number): Probe | undefined {
    const key = `${attemptOf(run)} ${step}`;
    const kept = this.#probes.get(key) ?? this.#reader().probe(run.name, step);
    if (kept !== undefined) this.#probes.set(key, kept);
    return kept;
  }

  /** Reads one kind of numbers, by layer. */
  tensors(run: ShownRun, step: number, kind: TensorKind): Tensors {
    const key = `${attemptOf(run)} ${step} ${kind}`;
    const kept = this.#tensors.get(key) ?? this.#reader().probeTensors(run.name, step, kind);
    if (kept.size > 0) this.#tensors.set(key, kept);
    return kept;
  }

  findings(run: ShownRun): readonly FoundIn[] {
    return this.#findings.read(run, () => foundIn(run, this.#reader().findings(run.name)));
  }

  /** Returns the findings of runs; those of many that are not known are read at once. */
  findingsOf(runs: readonly ShownRun[]): readonly FoundIn[] {
    const unknown = runs.filter((run) => !this.#findings.has(run));
    const all = unknown.length > MOST_ONE_BY_ONE ? this.#reader().allFindings() : null;
    return runs.flatMap((run) =>
      this.#findings.read(run, () =>
        foundIn(run, all === null ? this.#reader().findings(run.name) : (all.get(run.name) ?? [])),
      ),
    );
  }

  /** Tells whether rules have judged any of several runs. */
  areAnyDiagnosed(runs: readonly ShownRun[]): boolean {
    if (runs.length <= MOST_ONE_BY_ONE) return runs.some((run) => this.isDiagnosed(run));
    const judged = this.#reader().judgedRuns();
    return runs.some(({ name }) => judged.has(name));
  }

  /** Tells whether rules have judged a run, also where they found nothing. */
  isDiagnosed(run: ShownRun): boolean {
    const attempt = attemptOf(run);
    const isSo = this.#diagnosed.has(attempt) || this.#reader().thresholds(run.name) !== undefined;
    if (isSo) this.#diagnosed.add(attempt);
    return isSo;
  }
}

/** Says of findings which run they are about, and which of the others they follow from. */
function foundIn(run: ShownRun, findings: readonly Finding[]): FoundIn[] {
  const causes = new Map(
    byCause(findings).flatMap(({ finding: cause, consequences }) =>
      consequences.flatMap(({ finding, others }) =>
        [finding, ...others].map((one) => [one, cause] as const),
      ),
    ),
  );
  return findings.map((finding) => {
    const { rule, layer, param, step } = finding;
    const key = [run.name, rule, layer, param, step].join("|");
    return { key, run, finding, cause: causes.get(finding) ?? null };
  });
}
