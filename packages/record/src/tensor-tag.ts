/** Which tensor of which layer a histogram is of, by what other programs call it. */
import {
  ACTIVATION_SCALE,
  GRADIENT_SCALE,
  type HistogramScale,
  type TensorKind,
  WEIGHT_SCALE,
} from "@ablate/core";

export type NamedTensor = {
  readonly layer: string;
  readonly kind: TensorKind;
  readonly scale: HistogramScale;
};

/** What is written in front: groups of `wandb.watch` and of hand-written loops. */
const GROUP =
  /^(gradients?|grads?|parameters?|params?|weights?|activations?|histograms?)[/.]+(?=.)/i;
/** What is written behind: `.grad` of PyTorch, `/histogram` of Keras. */
const ENDING = /[/._](gradients?|grads?|histograms?)$/i;
/** The parameter that a layer is named after; others are layers of their own. */
const WEIGHT = /[/.](weights?|kernel)(_\d+|:\d+)?$/i;
const PARAMETER =
  /(^|[/._])(weights?|kernel|bias|biases|gain|gamma|beta|scale|embeddings?|recurrent_kernel)(_\d+|:\d+)?$/i;

/** Kinds as our own export names them behind the layer. */
const KIND = /^(.+)\/((?:linear|preactivation|activation|stream)(?:_gradient)?)$/;

/** Says what a histogram of this name is of: `fc1.weight.grad`, `gradients/fc1.weight`, `dense/kernel_0/histogram`. */
export function namedTensor(tag: string): NamedTensor {
  const own = ownTensor(tag);
  if (own !== null) return own;
  const group = GROUP.exec(tag)?.[1] ?? "";
  let name = group === "" ? tag : tag.replace(GROUP, "");
  let isGradient = /^g/i.test(group);
  for (let ending = ENDING.exec(name); ending !== null; ending = ENDING.exec(name)) {
    isGradient ||= /^g/i.test(ending[1] ?? "");
    name = name.slice(0, ending.index);
  }
  const isParameter = isGradient || PARAMETER.test(name) || /^[pw]/i.test(group);
  const layer = isParameter ? name.replace(WEIGHT, "") : name;
  if (isGradient) return { layer, kind: "weight_gradient", scale: GRADIENT_SCALE };
  if (isParameter) return { layer, kind: "weight", scale: WEIGHT_SCALE };
  return { layer, kind: "activation", scale: ACTIVATION_SCALE };
}

function ownTensor(tag: string): NamedTensor | null {
  const [, layer = "", name] = KIND.exec(tag) ?? [];
  const kind = OWN_KINDS.find((one) => one === name);
  if (kind === undefined) return null;
  return { layer, kind, scale: kind.endsWith("_gradient") ? GRADIENT_SCALE : ACTIVATION_SCALE };
}

const OWN_KINDS: readonly TensorKind[] = [
  ...(["linear", "preactivation", "activation", "stream"] as const),
  ...(["linear_gradient", "preactivation_gradient", "activation_gradient"] as const),
  "stream_gradient",
];
