/** The kinds of numbers that the view Layers draws, in the order in which it does. */
import type { TensorKind } from "@ablate/store";
import type { Tone } from "../text/line.ts";

export const DRAWN_KINDS: readonly TensorKind[] = [
  "preactivation",
  "activation",
  "activation_gradient",
  "weight",
  "weight_gradient",
];

/** What is drawn unless something else is chosen. */
export const DEFAULT_KINDS: readonly TensorKind[] = [
  "activation",
  "activation_gradient",
  "weight_gradient",
];

export function kindTitle(kind: string): string {
  return kind.replaceAll("_", " ");
}

/** Shortens the title of a kind for a narrow column. */
export function shortKindTitle(kind: string): string {
  return kindTitle(kind)
    .replace("preactivation", "preact.")
    .replace("activation", "act.")
    .replace("gradient", "grad.");
}

const TONES: Readonly<Record<string, Tone>> = {
  preactivation: "series3",
  activation: "series0",
  activation_gradient: "series1",
  weight: "series4",
  weight_gradient: "series2",
};

export function kindTone(kind: string): Tone {
  return TONES[kind] ?? "plain";
}
