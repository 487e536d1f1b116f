import {
  type BatchNormModule,
  type LinearModule,
  type NetworkPlan,
  type PlannedLayer,
  planNetwork,
} from "../model/network-plan.ts";
import type { ModelSpec, Parameter } from "../spec.ts";
import { EngineError } from "./engine.ts";

/** A linear layer, and the norm behind it where there is one. */
export type LayerShape = {
  readonly name: string;
  readonly kind: "hidden" | "output";
  readonly fanIn: number;
  readonly fanOut: number;
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly norm: NormShape | null;
  readonly planned: PlannedLayer;
};

export type NormShape = Pick<
  BatchNormModule,
  "gain" | "shift" | "runningMean" | "runningSpread" | "spec"
>;

/** The layers of a plan whose layers all are linear, batch norm, tanh or relu. */
export function layerShapes(model: ModelSpec, vocabularySize: number): LayerShape[] {
  const plan = planNetwork(model, vocabularySize);
  return plan.layers.map((planned) => shapeOf(planned, plan));
}

function shapeOf(planned: PlannedLayer, plan: NetworkPlan): LayerShape {
  const linear = planned.stages.get("linear") as LinearModule;
  const known = plan.modules.every(
    (one, i) =>
      one.kind === "linear" ||
      (one.kind === "norm" && one.spec.norm === "batch") ||
      (one.kind === "activation" && (one.activation === "tanh" || one.activation === "relu")) ||
      (one.kind === "flatten" && i === 0 && one.positions === 1),
  );
  const { weight, bias, fanIn, width: fanOut } = linear;
  if (!known || weight === null) throw new EngineError("this engine has no such layers yet");
  const norm = planned.norm as BatchNormModule | null;
  return { name: planned.name, kind: planned.kind, fanIn, fanOut, weight, bias, norm, planned };
}
