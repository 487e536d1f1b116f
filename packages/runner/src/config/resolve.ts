/** Makes the config of a run of its settings: what has its usual value is left out, and what is the same is spelled the same. */
import { canonicalJson } from "./canonical-json.ts";
import type { InitConfig, ModelConfig, ShortModel, TrainConfig } from "./config.ts";
import type { GroupConfig, GroupSettings } from "./group-schema.ts";
import type { InitSettings } from "./init-schema.ts";
import type { ListSettings, ModelSettings, ShortSettings } from "./model-schema.ts";
import { type OptimizerConfig, PLAIN } from "./optimizer-schema.ts";
import { briefRates } from "./rate-schema.ts";
import { shortOf } from "./short-model.ts";
import { toModelSpec } from "./to-run-spec.ts";
import type { TrainSettings } from "./train-schema.ts";

/** @param context - characters that the network sees: it decides which layers are as wide as what enters them */
export function resolveModel(settings: ModelSettings, context: number): ModelConfig {
  const model = "layers" in settings ? listModel(settings, context) : shortModel(settings);
  return isPlain(model) ? model : (shortOf(toModelSpec(model, context)) ?? model);
}

/** Leaves out a first layer that puts the whole context side by side: there is one without saying so. */
function listModel({ embedding, layers, tie }: ListSettings, context: number): ModelConfig {
  const [first] = layers;
  const isWhole = typeof first === "object" && "flatten" in first && first.flatten === context;
  return { embedding, layers: isWhole ? layers.slice(1) : layers, ...(tie ? { tie } : {}) };
}

function shortModel({ norm, residual, dropout, tie, ...plain }: ShortSettings): ShortModel {
  const more = {
    ...(residual === "none" ? {} : { residual }),
    ...(dropout === 0 ? {} : { dropout }),
    ...(tie ? { tie } : {}),
  };
  if (norm === "none") return { ...plain, ...more };
  if (norm.kind !== "batch") return { ...plain, norm, ...more };
  const { kind: _, ...batchNorm } = norm;
  return { ...plain, batch_norm: batchNorm, ...more };
}

/** Whether a model says nothing that older versions did not know: it stays as it is. */
function isPlain(model: ModelConfig): boolean {
  if ("layers" in model) return false;
  const { norm, residual, dropout, hidden } = model;
  return (norm ?? residual ?? dropout) === undefined && hidden.length > 0;
}

export function resolveInit(settings: InitSettings): InitConfig {
  const { embedding, hidden, output, skip, ...layers } = settings;
  const usual = new Map(Object.entries(hidden).map(([role, one]) => [role, canonicalJson(one)]));
  const own = Object.entries(layers).flatMap(([name, init = {}]) => {
    const other = Object.entries(init).filter(
      ([role, scheme]) => scheme !== undefined && usual.get(role) !== canonicalJson(scheme),
    );
    return other.length === 0 ? [] : [[name, Object.fromEntries(other)] as const];
  });
  return {
    ...{ embedding, hidden, output },
    ...Object.fromEntries(own),
    ...(skip === 0 ? {} : { skip }),
  };
}

export function resolveTrain(settings: TrainSettings): TrainConfig {
  const { lr, optimizer, groups, clip, batches, label_smoothing, ...plain } = settings;
  const { steps, batch_size, l2, stop } = plain;
  const used = withEffect(optimizer);
  return {
    ...{ steps, batch_size, lr: briefRates(lr), l2, stop },
    ...(canonicalJson(used) === canonicalJson(PLAIN) ? {} : { optimizer: used }),
    ...(groups.length === 0 ? {} : { groups: groups.map(briefGroup) }),
    ...(clip === "none" ? {} : { clip }),
    ...(batches === "sample" ? {} : { batches }),
    ...(label_smoothing === 0 ? {} : { label_smoothing }),
  };
}

/** Leaves out dampening where there is no momentum. */
function withEffect(optimizer: OptimizerConfig): OptimizerConfig {
  const isUnused = optimizer.name === "sgd" && optimizer.momentum === 0;
  return isUnused ? { ...optimizer, dampening: 0 } : optimizer;
}

function briefGroup({ match, lr, weight_decay }: GroupSettings): GroupConfig {
  return {
    match,
    ...(lr === undefined ? {} : { lr: typeof lr === "number" ? lr : briefRates(lr) }),
    ...(weight_decay === undefined ? {} : { weight_decay }),
  };
}
