import { ModelError, type ModelSpec, type NetworkPlan, planNetwork } from "@ablate/core";
import type { ModelSettings } from "../config/model-schema.ts";
import { resolveModel } from "../config/resolve.ts";
import { toModelSpec } from "../config/to-run-spec.ts";
import type { Sections } from "./sections.ts";

/** A network as it would be built, or what keeps it from being built. */
export type Network =
  | { readonly model: ModelSpec; readonly plan: NetworkPlan; readonly why: null }
  | { readonly model: ModelSpec; readonly plan: null; readonly why: string };

/** The vocabulary is not read yet; neither its names nor whether sizes fit depend on it. */
const ANY_VOCABULARY = 2;

/** Plans the networks of cells, each once. */
export class Networks {
  readonly #known = new WeakMap<ModelSettings, Map<number, Network>>();

  /** Returns null where the model or the context is wrong. */
  of({ model: { value: model }, data: { value: data } }: Sections): Network | null {
    if (model === null || data === null) return null;
    const byContext = this.#known.get(model) ?? new Map<number, Network>();
    this.#known.set(model, byContext);
    const { context } = data;
    const network =
      byContext.get(context) ?? planned(toModelSpec(resolveModel(model, context), context));
    byContext.set(context, network);
    return network;
  }
}

export function planned(model: ModelSpec): Network {
  try {
    return { model, plan: planNetwork(model, ANY_VOCABULARY), why: null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { model, plan: null, why: error.message };
  }
}
