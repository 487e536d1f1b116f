/** What the store has of one run beside its row and its curves. */
import type {
  ParameterRow,
  Provenance,
  RunEvent,
  StoredEvaluation,
  StoredSample,
  StoreReader,
} from "@ablate/store";
import type { ShownRun } from "./shown-run.ts";

export type Facts = {
  readonly initialLoss: number | null;
  /** Tokens that the model tells apart; null before it has parameters. */
  readonly vocabulary: number | null;
  readonly evaluations: readonly StoredEvaluation[];
  readonly samples: readonly StoredSample[];
  readonly parameters: readonly ParameterRow[];
  readonly provenance: Provenance;
  readonly events: readonly RunEvent[];
};

const KEPT = 64;

export class FactReader {
  readonly #reader: () => StoreReader;
  readonly #kept: Map<string, { readonly stamp: string; readonly facts: Facts }> = new Map();

  readonly #vocabularies: Map<string, number> = new Map();

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  /** Tokens that a run's model tells apart. */
  vocabulary(run: ShownRun): number | null {
    const known = this.#vocabularies.get(run.hash);
    if (known !== undefined) return known;
    const output = this.#reader()
      .parameters(run.run)
      .find((one) => one.name === "output.weight");
    const size = output?.shape.at(-1) ?? null;
    if (size !== null) this.#vocabularies.set(run.hash, size);
    return size;
  }

  read(run: ShownRun): Facts {
    const kept = this.#kept.get(run.run);
    if (kept?.stamp === run.stamp) return kept.facts;
    const facts = this.#load(run.run);
    this.#kept.delete(run.run);
    this.#kept.set(run.run, { stamp: run.stamp, facts });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return facts;
  }

  #load(name: string): Facts {
    const reader = this.#reader();
    const parameters = reader.parameters(name);
    const output = parameters.find((one) => one.name === "output.weight");
    return {
      initialLoss: reader.lossAt(name, 0)?.loss ?? null,
      vocabulary: output?.shape.at(-1) ?? null,
      evaluations: reader.evaluations(name),
      samples: reader.samples(name),
      parameters,
      provenance: reader.provenance(name),
      events: reader.events(name),
    };
  }
}
