import type { CellConfig, ModelConfig } from "../config/config.ts";
import { resolveInit, resolveModel, resolveTrain } from "../config/resolve.ts";
import type { CellSettings } from "../config/schema.ts";
import type { Sections } from "./sections.ts";

type Settings = { readonly [Name in keyof Sections]: Sections[Name]["value"] & {} };

/** Makes the configs of cells; what several of them share is one object. */
export class CellConfigs {
  readonly #inits = memo(resolveInit);
  readonly #trains = memo(resolveTrain);
  readonly #models = memo((settings: CellSettings["model"]) => {
    const byContext = new Map<number, ModelConfig>();
    return (context: number): ModelConfig => {
      const model = byContext.get(context) ?? resolveModel(settings, context);
      byContext.set(context, model);
      return model;
    };
  });

  /** Returns the config of a cell; null where one of its sections is wrong. */
  of(sections: Sections): CellConfig | null {
    const settings = valuesOf(sections);
    if (settings === null) return null;
    const { data, model, init, train, record, thresholds, engine } = settings;
    const isUsual = Object.keys(thresholds).length === 0;
    return {
      data,
      model: this.#models(model)(data.context),
      init: this.#inits(init),
      train: this.#trains(train),
      record,
      ...(isUsual ? {} : { thresholds }),
      engine,
    };
  }
}

/** Returns the values of all sections; null where one is wrong. */
function valuesOf(sections: Sections): Settings | null {
  const { data, model, init, train, record, thresholds, engine } = sections;
  if (data.value === null || model.value === null || init.value === null) return null;
  if (train.value === null || record.value === null || engine.value === null) return null;
  if (thresholds.value === null) return null;
  return {
    data: data.value,
    model: model.value,
    init: init.value,
    train: train.value,
    record: record.value,
    thresholds: thresholds.value,
    engine: engine.value,
  };
}

/** Calls a function once for each object. */
function memo<A extends object, B>(make: (of: A) => B): (of: A) => B {
  const known = new WeakMap<A, { readonly made: B }>();
  return (of) => {
    const found = known.get(of) ?? { made: make(of) };
    known.set(of, found);
    return found.made;
  };
}
