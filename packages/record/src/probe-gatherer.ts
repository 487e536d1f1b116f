/** Puts tensors that a log has one by one together as probes. */
import type { LayerProbe, Probe, TensorProbe } from "@ablate/core";
import { type NamedTensor, namedTensor } from "./tensor-tag.ts";

type Tensors = LayerProbe["tensors"];

/** Gathers tensors by step and layer; layers are in the order in which the log has named them. */
export class ProbeGatherer {
  readonly #layers: Set<string>;
  readonly #steps: Map<number, Map<string, Tensors>> = new Map();

  constructor(layers: readonly string[]) {
    this.#layers = new Set(layers);
  }

  /** Names of all layers so far. */
  get layers(): readonly string[] {
    return [...this.#layers];
  }

  /** Adds what the log calls `tag`, which `make` makes on the edges that fit its kind. */
  add(step: number, tag: string, make: (tensor: NamedTensor) => TensorProbe): void {
    const named = namedTensor(tag);
    this.#layers.add(named.layer);
    const layers = this.#steps.get(step) ?? new Map<string, Tensors>();
    this.#steps.set(step, layers);
    const tensors = { ...layers.get(named.layer), [named.kind]: make(named) };
    layers.set(named.layer, tensors);
  }

  /** Takes the probes out, by rising steps. */
  take(): Probe[] {
    const steps = [...this.#steps].sort(([a], [b]) => a - b);
    this.#steps.clear();
    return steps.map(([step, tensors]) => ({
      step,
      examples: 0,
      loss: Number.NaN,
      layers: this.layers.map((name) => layerProbe(name, tensors.get(name) ?? {})),
      logits: NO_LOGITS,
    }));
  }
}

const NO_LOGITS: Probe["logits"] = {
  examples: 0,
  tokens: 0,
  logits: new Float32Array(),
  probabilities: new Float32Array(),
};

function layerProbe(name: string, tensors: Tensors): LayerProbe {
  return { name, kind: "other", units: 0, tensors, saturation: null, norm: null };
}
