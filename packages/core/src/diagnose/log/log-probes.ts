/** What probes say of any network: `dead-units`, `saturated`, and what grows or vanishes with depth. */
import type { DiagnosedProbe } from "../../probe/probe.ts";
import { ACTIVATIONS, type Activation } from "../../spec.ts";
import { changeThroughDepth } from "../depth-rules.ts";
import type { Observation } from "../finding.ts";
import { deadUnits, type Saturable, saturatedLayers } from "../saturation-rules.ts";
import type { LogSubject } from "./log-subject.ts";

/** The value beyond which recorders count tanh as saturated. */
const SATURATED = 0.99;

/** Rules about what a probe sees, by topic: what one of them no longer sees is over. */
export const LOG_PROBE_RULES: Readonly<
  Record<string, (probe: DiagnosedProbe, subject: LogSubject) => Observation[]>
> = {
  "dead-units": (probe, subject) =>
    deadUnits(probe, {
      ...judgedBy(subject),
      advice: "lower the learning rate, begin with biases of 0, or use nn.LeakyReLU or nn.GELU",
    }),
  saturated: (probe, subject) =>
    saturatedLayers(
      probe,
      judgedBy(subject),
      () => "make its weights smaller (nn.init.xavier_normal_), or put a norm before it",
    ),
  activations: (probe, { thresholds }) =>
    changeThroughDepth(probe, thresholds.depth_error, {
      kind: "activation",
      leaving: "activation",
      what: "activations",
      from: 0,
      to: -1,
      less: {
        rule: "shrinking-activations",
        limit: thresholds.shrinking_activations,
        verb: "shrink with depth",
        advice:
          "make the initial weights larger (nn.init.kaiming_normal_), or put a norm between the layers",
      },
      more: {
        rule: "growing-activations",
        limit: thresholds.growing_activations,
        verb: "explode with depth",
        advice:
          "make the initial weights smaller (nn.init.kaiming_normal_), or put a norm between the layers",
      },
    }),
  gradients: (probe, { thresholds }) =>
    changeThroughDepth(probe, thresholds.depth_error, {
      kind: "activation_gradient",
      leaving: "activation_gradient",
      what: "gradients",
      from: -1,
      to: 0,
      less: {
        rule: "vanishing-gradients",
        limit: thresholds.vanishing_gradients,
        verb: "vanish on their way back",
        advice:
          "the first layers do not learn; use nn.ReLU or nn.GELU, residual connections or norms",
      },
      more: {
        rule: "exploding-gradients",
        limit: thresholds.exploding_gradients,
        verb: "explode on their way back",
        advice:
          "make the initial weights smaller, put a norm between the layers, or clip gradients (torch.nn.utils.clip_grad_norm_)",
      },
    }),
};

function judgedBy({ nonlinearities, thresholds }: LogSubject): Saturable {
  const nonlinearityOf = (layer: string): Activation => {
    const name = nonlinearities.get(layer);
    return ACTIVATIONS.find((one) => one === name) ?? "none";
  };
  return { thresholds, saturatedBeyond: SATURATED, nonlinearityOf };
}
