/** What probes saw, read once: a probe does not change while its run's attempt lasts. */
import type { StoredProbe, StoredTensor, StoredTensorKind, StoreReader } from "@ablate/store";
import { LruCache } from "./lru-cache.ts";
import type { ShownRun } from "./shown-run.ts";

/** Layers of whole probes, and of single kinds of numbers. */
const KEPT_LAYERS = 1500;
const KEPT_TENSORS = 20_000;

type Tensors = ReadonlyMap<string, StoredTensor>;

export class ProbeReader {
  readonly #reader: () => StoreReader;
  readonly #steps: LruCache<{ readonly stamp: string; readonly steps: readonly number[] }> =
    new LruCache(256);
  readonly #probes: LruCache<StoredProbe> = new LruCache(
    KEPT_LAYERS,
    ({ layers }) => layers.length,
  );
  readonly #tensors: LruCache<Tensors> = new LruCache(KEPT_TENSORS, ({ size }) => size);

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  /** After how many updates there is a probe. */
  steps(run: ShownRun): readonly number[] {
    const kept = this.#steps.get(run.name);
    if (kept?.stamp === run.stamp) return kept.steps;
    const steps = this.#reader().probeSteps(run.name);
    this.#steps.set(run.name, { stamp: run.stamp, steps });
    return steps;
  }

  probe(run: ShownRun, step: number): StoredProbe | undefined {
    const key = keyOf(run, step);
    const kept = this.#probes.get(key) ?? this.#reader().probe(run.name, step);
    if (kept !== undefined) this.#probes.set(key, kept);
    return kept;
  }

  /** One kind of numbers, by layer. */
  tensors(run: ShownRun, step: number, kind: StoredTensorKind): Tensors {
    const key = `${keyOf(run, step)} ${kind}`;
    const kept = this.#tensors.get(key) ?? this.#reader().probeTensors(run.name, step, kind);
    if (kept.size > 0) this.#tensors.set(key, kept);
    return kept;
  }
}

function keyOf({ name: run, hash, startedAt }: ShownRun, step: number): string {
  return `${run} ${hash} ${startedAt} ${step}`;
}
