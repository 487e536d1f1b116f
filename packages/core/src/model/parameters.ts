/** The layers of a model and their parameters: the one place that names them and says what each is. */
import type {
  InitScheme,
  InitSpec,
  LayerKind,
  ModelSpec,
  Parameter,
  ParameterRole,
  RunSpec,
} from "../spec.ts";

/** A parameter together with the scheme that fills it. */
export type PlannedParameter = Parameter & { readonly init: InitScheme };

/** A linear layer, and the norm behind it where there is one. */
export type LayerShape = {
  readonly name: string;
  readonly kind: "hidden" | "output";
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly norm: NormShape | null;
};

export type NormShape = {
  readonly gain: Parameter;
  readonly shift: Parameter;
  /** Running statistics, which are tensors but no parameters. */
  readonly runningMean: NamedShape;
  readonly runningSpread: NamedShape;
};

/** A tensor but for its values. */
export type NamedShape = Pick<Parameter, "name" | "shape">;

/** The linear layers of a model, first to last: `hidden1`, `hidden2`, ..., `output`. */
export function layerShapes(model: ModelSpec, vocabularySize: number): LayerShape[] {
  const widths = [model.context * model.embedding, ...model.hidden, vocabularySize];
  return widths.slice(1).map((fanOut, i): LayerShape => {
    const isOutput = i === model.hidden.length;
    const fanIn = widths[i] ?? 0;
    const layer = isOutput
      ? ({ name: "output", kind: "output" } as const)
      : ({ name: `hidden${i + 1}`, kind: "hidden" } as const);
    return {
      ...layer,
      fanIn,
      fanOut,
      weight: parameterOf(layer, "weight", [fanIn, fanOut]),
      bias: model.bias ? parameterOf(layer, "bias", [fanOut]) : null,
      norm: normOf(layer, fanOut, model),
    };
  });
}

/** `[vocabulary, E]`: a row for each token. */
export function embeddingOf(model: ModelSpec, vocabularySize: number): Parameter {
  const layer = { name: "embedding", kind: "embedding" } as const;
  return parameterOf(layer, "embedding", [vocabularySize, model.embedding]);
}

/**
 * Every parameter of a model in drawing order: `embedding`, then layer by layer `hidden1.weight`,
 * `hidden1.bias`, `hidden1.bn.gamma`, `hidden1.bn.beta`, ..., `output.weight`, and so on.
 * Weights are `[fan_in, fan_out]`.
 */
export function modelParameters(model: ModelSpec, vocabularySize: number): Parameter[] {
  const layers = layerShapes(model, vocabularySize).flatMap(({ weight, bias, norm }) => [
    weight,
    ...(bias === null ? [] : [bias]),
    ...(norm === null ? [] : [norm.gain, norm.shift]),
  ]);
  return [embeddingOf(model, vocabularySize), ...layers];
}

/** Every parameter of a run in drawing order, with its scheme. */
export function planParameters(
  { model, init }: Pick<RunSpec, "model" | "init">,
  vocabularySize: number,
): PlannedParameter[] {
  return modelParameters(model, vocabularySize).map((parameter) => ({
    ...parameter,
    init: schemeOf(parameter, init),
  }));
}

type Layer = { readonly name: string; readonly kind: LayerKind };

/** What follows the name of a layer in that of a parameter. */
const ENDINGS: Readonly<Record<ParameterRole, string>> = {
  embedding: "",
  weight: ".weight",
  bias: ".bias",
  gain: ".bn.gamma",
  shift: ".bn.beta",
  other: "",
};

function parameterOf({ name, kind }: Layer, role: ParameterRole, shape: number[]): Parameter {
  return {
    name: `${name}${ENDINGS[role]}`,
    layer: name,
    layerKind: kind,
    role,
    shape,
    size: shape.reduce((product, length) => product * length, 1),
  };
}

function normOf(layer: Layer, width: number, { batchNorm }: ModelSpec): NormShape | null {
  if (batchNorm === "none" || (layer.kind === "output" && batchNorm.where === "hidden"))
    return null;
  const spread = batchNorm.running === "variance" ? "var" : "std";
  return {
    gain: parameterOf(layer, "gain", [width]),
    shift: parameterOf(layer, "shift", [width]),
    runningMean: { name: `${layer.name}.bn.running_mean`, shape: [width] },
    runningSpread: { name: `${layer.name}.bn.running_${spread}`, shape: [width] },
  };
}

function schemeOf({ layerKind, role }: Parameter, init: InitSpec): InitScheme {
  const layer = layerKind === "output" ? init.output : init.hidden;
  switch (role) {
    case "weight":
      return layer.weight;
    case "bias":
      return layer.bias;
    case "gain":
      return layer.gamma;
    case "shift":
      return layer.beta;
    case "embedding":
    case "other":
      return init.embedding;
  }
}
