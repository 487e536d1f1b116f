/** What probes saw, read once: a probe does not change while its run's attempt lasts. */
import type { Probe, StoreReader, TensorKind, TensorProbe } from "@ablate/store";
import { LruCache, RunCache } from "./lru-cache.ts";
import { attemptOf, type ShownRun } from "./shown-run.ts";

/** Layers of whole probes, and of single kinds of numbers. */
const KEPT_LAYERS = 1500;
const KEPT_TENSORS = 20_000;

type Tensors = ReadonlyMap<string, TensorProbe>;

export class ProbeReader {
  readonly #reader: () => StoreReader;
  readonly #steps: RunCache<readonly number[]> = new RunCache(256);
  readonly #probes: LruCache<Probe> = new LruCache(KEPT_LAYERS, ({ layers }) => layers.length);
  readonly #tensors: LruCache<Tensors> = new LruCache(KEPT_TENSORS, ({ size }) => size);

  constructor(reader: () => StoreReader) {
    this.#reader = reader;
  }

  /** Returns the numbers of updates after which there is a probe. */
  steps(run: ShownRun): readonly number[] {
    return this.#steps.read(run, () => this.#reader().probeSteps(run.name));
  }

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
}
