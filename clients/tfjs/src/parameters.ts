/** The parameters of a model, as the first frame lists them. */
import { isModel, type Layer, type LayerWeight, type Model, type Variable } from "./tensorflow.ts";

export type Parameter = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly layer: string;
  readonly kind: "embedding" | "hidden" | "output" | "norm" | "other";
  readonly role: "weight" | "bias" | "gain" | "shift" | "embedding" | "other";
  readonly trained: boolean;
};

/** Parameters, and the variables of those that are trained in the same order. */
export type Parameters = {
  readonly listed: readonly Parameter[];
  readonly variables: readonly Variable[];
};

/** Variables of a hand-written model, by names where they have some. */
export type Variables = readonly Variable[] | Readonly<Record<string, Variable>>;

const ROLES: Readonly<Record<string, Parameter["role"]>> = {
  kernel: "weight",
  recurrent_kernel: "weight",
  depthwise_kernel: "weight",
  pointwise_kernel: "weight",
  bias: "bias",
  gamma: "gain",
  beta: "shift",
  embeddings: "embedding",
};

/** Statistics that are kept beside a model, and not trained. */
const STATISTICS = /^(moving_mean|moving_variance)/;

export function parametersOf(from: Model | Variables): Parameters {
  return "layers" in from && isModel(from) ? ofModel(from) : ofVariables(from);
}

function ofModel(model: Model): Parameters {
  const trained = new Set(model.trainableWeights);
  const weights = weightsOf(model.layers).filter(({ weight }) => !STATISTICS.test(last(weight)));
  const output = weights.findLast(({ weight }) => trained.has(weight))?.layer;
  const listed = weights.map(({ layer, weight }, i): Parameter => {
    const name = `${layer.name}.${last(weight)}`;
    const isTwice = weights
      .slice(0, i)
      .some((one) => one.layer === layer && last(one.weight) === last(weight));
    return {
      name: isTwice ? `${name}.${i}` : name,
      shape: weight.shape.map((length) => length ?? 0),
      layer: layer.name,
      kind: layer === output ? "output" : kindOf(layer.getClassName()),
      role: ROLES[last(weight)] ?? "other",
      trained: trained.has(weight),
    };
  });
  const variables = weights.map(({ weight }) => weight).filter((weight) => trained.has(weight));
  return { listed, variables };
}

function weightsOf(
  layers: readonly Layer[],
): readonly { readonly layer: Layer; readonly weight: LayerWeight }[] {
  const seen = new Set<LayerWeight>();
  const all = layers.flatMap((layer) =>
    layer.layers === undefined
      ? layer.weights.map((weight) => ({ layer, weight }))
      : weightsOf(layer.layers),
  );
  return all.filter(({ weight }) => !seen.has(weight) && seen.add(weight));
}

function ofVariables(from: Variables): Parameters {
  const named = Object.entries(from);
  const isList = Array.isArray(from);
  const seen = new Map<string, number>();
  const listed = named.map(([key, variable]): Parameter => {
    const said = isList ? variable.name : key;
    const count = seen.get(said) ?? 0;
    seen.set(said, count + 1);
    const shape = variable.shape.map((length) => length ?? 0);
    const isMatrix = shape.length > 1;
    const at = Math.max(said.lastIndexOf("/"), said.lastIndexOf("."));
    return {
      name: count === 0 ? said : `${said}.${count}`,
      shape,
      layer: at > 0 ? said.slice(0, at) : said,
      kind: isMatrix ? "hidden" : "other",
      role: ROLES[said.slice(at + 1)] ?? (isMatrix ? "weight" : "bias"),
      trained: true,
    };
  });
  return { listed, variables: named.map(([, variable]) => variable) };
}

/** Returns what a weight is in its layer: "dense_Dense1/kernel_1" is a kernel. */
function last({ name }: LayerWeight): string {
  return name.slice(name.lastIndexOf("/") + 1).replace(/_\d+$/, "");
}

function kindOf(layer: string): Parameter["kind"] {
  if (layer === "Embedding") return "embedding";
  if (/Normalization$/.test(layer)) return "norm";
  return /^(Dense|Conv|Separable|Depthwise|SimpleRNN|LSTM|GRU)/.test(layer) ? "hidden" : "other";
}
