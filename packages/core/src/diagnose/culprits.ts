/** Which part of a layer makes what leaves it large: its weight, its bias, its norm, or what enters it. */
import type { DiagnosedProbe, LayerProbe } from "../probe/probe.ts";
import { type Observation, short } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Std of a weight over 1/sqrt(fan_in), up to which it is a usual one: tanh's gain is 5/3. */
const USUAL_GAIN = 2;
/** Root mean square of what enters a layer, up to which it is usual: embeddings begin with 1. */
const USUAL_INPUT = 3;
/**
 * Share of the mean square of x W + b from which on the bias is what makes it large. The rest is an estimate, within
 * a factor of 2: the probe's examples have the same few characters again and again.
 */
const MOSTLY = 0.8;

type Part =
  | { readonly kind: "weight" | "bias" | "gamma" | "gain" }
  | { readonly kind: "input"; readonly from: LayerProbe; readonly size: number };

/** Finds the part; the weight where nothing speaks against it. */
function largePart(
  { layers }: DiagnosedProbe,
  layer: LayerProbe,
  { parameters }: Pick<Subject, "parameters">,
): Part {
  if (layer.norm !== null && layer.tensors.stream === undefined)
    return { kind: layer.norm.batch === null ? "gain" : "gamma" };
  const before = layers[layers.indexOf(layer) - 1];
  const { weight, linear } = layer.tensors;
  const entering = before?.tensors.stream ?? before?.tensors.activation ?? before?.tensors.weight;
  const shape = parameters.find((one) => one.layer === layer.name && one.role === "weight")?.shape;
  if (!before || !weight || !linear || !entering || !shape) return { kind: "weight" };
  const size = Math.hypot(entering.mean, entering.std);
  const gain = Math.hypot(weight.mean, weight.std) * Math.sqrt(shape[0] ?? 0);
  // The mean square of a sum of fan_in products of independent numbers is that of one, fan_in times.
  const share = (size * gain) ** 2 / (linear.std ** 2 + linear.mean ** 2);
  if (1 - share > MOSTLY) return { kind: "bias" };
  const isInput = size > USUAL_INPUT && gain < USUAL_GAIN;
  return isInput ? { kind: "input", from: before, size } : { kind: "weight" };
}

type Culprit = Pick<Observation, "param"> & { readonly advice: string };

/** Says what makes the logits large at initialisation. */
export function overconfidence(probe: DiagnosedProbe | null, subject: Subject): Culprit {
  const output = probe?.layers.find(({ kind }) => kind === "output");
  if (!probe || output === undefined) return { param: null, advice: "scale the output layer down" };
  const part = largePart(probe, output, subject);
  const param = part.kind === "bias" ? "output.bias" : null;
  return { param, advice: cureOf(part, output, (from) => largePart(probe, from, subject)) };
}

/** Says what saturates a layer. */
export function saturationAdvice(
  probe: DiagnosedProbe,
  layer: LayerProbe,
  subject: Subject,
): string {
  const part = largePart(probe, layer, subject);
  return cureOf(part, layer, (from) => largePart(probe, from, subject));
}

function cureOf(
  part: Part,
  { name, kind }: LayerProbe,
  partOf: (from: LayerProbe) => Part,
): string {
  const layer = kind === "output" ? "the output layer" : name;
  switch (part.kind) {
    case "weight":
      return kind === "output" ? "scale the output layer down" : "scale its weights down";
    case "bias":
      return `the bias of ${layer} is large, scale it down`;
    case "gamma":
    case "gain":
      return `scale the ${part.kind} of ${layer} down`;
    case "input": {
      const { from, size } = part;
      const what = `${from.name} is large (root mean square ${short(size)})`;
      if (from.kind === "embedding") return `${what}, scale it down`;
      const inner = partOf(from);
      return inner.kind === "weight"
        ? `${what}, lower the gain of the hidden weights`
        : cureOf(inner, from, partOf);
    }
  }
}
