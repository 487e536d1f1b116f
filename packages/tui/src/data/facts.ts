/** What the store has of one run beside its row and its curves. */
import type {
  Provenance,
  RunEvent,
  StoredEvaluation,
  StoredSample,
  StoreReader,
} from "@ablate/store";
import { RunCache } from "./lru-cache.ts";
import type { ShownRun } from "./shown-run.ts";

export type RunFacts = {
  readonly initialLoss: number | null;
  /** Tokens that the model tells apart; null before it has parameters. */
  readonly vocabulary: number | null;
  readonly evaluations: readonly StoredEvaluation[];
  readonly samples: readonly StoredSample[];
  readonly provenance: Provenance;
  readonly events: readonly RunEvent[];
};

/** Runs whose facts are kept: more than are on a screen. */
const KEPT = 64;

export class FactReader {
  readonly #reader: () => StoreReader;
  readonly #kept: RunCache<RunFacts> = new RunCache(KEPT);
  readonly #vocabularies: Map<string, number> = new Map();

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  /** Counts the tokens that a run's model tells apart; null before it has parameters. */
  vocabulary(run: ShownRun): number | null {
    const known = this.#vocabularies.get(run.hash);
    if (known !== undefined) return known;
    const size = this.#reader().classes(run.name);
    if (size !== null) this.#vocabularies.set(run.hash, size);
    return size;
  }

  read(run: ShownRun): RunFacts {
    return this.#kept.read(run, () => this.#load(run));
  }

  #load(run: ShownRun): RunFacts {
    const reader = this.#reader();
    return {
      initialLoss: reader.lossAt(run.name, 0)?.loss ?? null,
      vocabulary: this.vocabulary(run),
      evaluations: reader.evaluations(run.name),
      samples: reader.samples(run.name),
      provenance: reader.provenance(run.name),
      events: reader.events(run.name),
    };
  }
}
