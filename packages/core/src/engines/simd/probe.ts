import type { PlannedLayer, PlannedModule } from "../../model/network-plan.ts";
import {
  layerPass,
  type NetworkPass,
  type ParameterPass,
  withPenalties,
} from "../../probe/network-pass.ts";
import { readRows, viewRows } from "./layout.ts";
import { backward, crossEntropy, forward, type Network } from "./network.ts";

/** Sends the examples that are in memory forward and back; what that leaves is seen, not copied, where it can be. */
export function probeNetwork(
  network: Network,
  floats: Float32Array,
  examples: number,
  lambdas: Float64Array,
): NetworkPass {
  const { plan, modules, slots } = network;
  const seen = new Set(plan.layers.flatMap(({ stages }) => [...stages.values()]));
  const gradients = new Map<PlannedModule, Float32Array>();
  forward(network, examples, "probe");
  const loss = crossEntropy(network, examples) / examples;
  backward(network, examples, {
    leaving: ({ planned, output: { gradient, positions } }) => {
      if (planned === null || !seen.has(planned)) return;
      gradients.set(planned, readRows(floats, gradient, examples * positions));
    },
  });
  const parameters = slots.map(({ parameter, value, gradient }): ParameterPass => {
    const values = viewRows(floats, value, value.rows);
    return { ...parameter, values, gradient: viewRows(floats, gradient, gradient.rows) };
  });
  const byPlan = new Map(modules.map((module) => [module.planned, module]));
  const layers = plan.layers.map((layer) =>
    layerPass(layer, normPass(network, layer), (stage) => {
      const planned = layer.stages.get(stage);
      const output = planned && byPlan.get(planned)?.output;
      if (planned === undefined || output === undefined) return NOTHING;
      const values = viewRows(floats, output.value, examples * output.positions);
      return { values, gradient: gradients.get(planned) ?? NOTHING.gradient };
    }),
  );
  return withPenalties({ examples, loss, layers, parameters }, lambdas);
}

const NOTHING = { values: new Float32Array(), gradient: new Float32Array() };

function normPass(
  { norms }: Network,
  { norm }: PlannedLayer,
): NetworkPass["layers"][number]["norm"] {
  const moments = norms.find(({ planned }) => planned === norm)?.moments();
  return moments === undefined ? null : { batch: moments.held, running: moments.running };
}
