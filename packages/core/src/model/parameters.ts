import type { InitScheme, ModelSpec, Parameter, RunSpec } from "../spec.ts";

/** A parameter together with the scheme that fills it. */
export type PlannedParameter = Parameter & { readonly init: InitScheme };

/**
 * Every parameter of a run in drawing order: `embedding`, then layer by layer `hidden1.weight`,
 * `hidden1.bias`, `hidden1.bn.gamma`, `hidden1.bn.beta`, ..., `output.weight`, and so on.
 * Weights are `[fan_in, fan_out]`.
 */
export function planParameters(
  { model, init }: Pick<RunSpec, "model" | "init">,
  vocabularySize: number,
): PlannedParameter[] {
  const embedding = plan("embedding", [vocabularySize, model.embedding], init.embedding);
  const layers = layerShapes(model, vocabularySize).flatMap((layer) => {
    const group = layer.isOutput ? init.output : init.hidden;
    return [
      plan(`${layer.name}.weight`, [layer.fanIn, layer.fanOut], group.weight),
      ...(layer.hasBias ? [plan(`${layer.name}.bias`, [layer.fanOut], group.bias)] : []),
      ...(layer.hasNorm
        ? [
            plan(`${layer.name}.bn.gamma`, [layer.fanOut], group.gamma),
            plan(`${layer.name}.bn.beta`, [layer.fanOut], group.beta),
          ]
        : []),
    ];
  });
  return [embedding, ...layers];
}

export type LayerShape = {
  readonly name: string;
  readonly fanIn: number;
  readonly fanOut: number;
  readonly isOutput: boolean;
  readonly hasBias: boolean;
  readonly hasNorm: boolean;
};

/** The linear layers of a model, first to last: `hidden1`, `hidden2`, ..., `output`. */
export function layerShapes(model: ModelSpec, vocabularySize: number): LayerShape[] {
  const widths = [model.context * model.embedding, ...model.hidden, vocabularySize];
  return widths.slice(1).map((fanOut, i) => {
    const isOutput = i === model.hidden.length;
    return {
      name: isOutput ? "output" : `hidden${i + 1}`,
      fanIn: widths[i] ?? 0,
      fanOut,
      isOutput,
      hasBias: model.bias,
      hasNorm: model.batchNorm !== "none" && (!isOutput || model.batchNorm.where === "all"),
    };
  });
}

function plan(name: string, shape: readonly number[], init: InitScheme): PlannedParameter {
  return { name, shape, size: shape.reduce((product, length) => product * length, 1), init };
}
