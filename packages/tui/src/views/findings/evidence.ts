/** From a finding to where it is seen. */
import type { Range } from "../../chart/scale.ts";
import type { FoundIn } from "../../data/findings.ts";
import { RATIO } from "../../data/series.ts";
import { updates } from "../../data/shown-run.ts";
import { adjusted, say } from "../../state/change.ts";
import { LOG_ZERO, type Scene } from "../../state/scene.ts";
import type { PanelName, ViewSettings } from "../../state/settings.ts";
import type { State } from "../../state/state.ts";

/** The view that shows what a rule is about, and which panel of the view Layers. */
type Evidence = {
  readonly view: "charts" | "run" | "layers";
  readonly panel?: PanelName;
  /** What happens in a few steps, which a chart of all of them would hide. */
  readonly isBrief?: boolean;
};

/** Steps that are shown of what is brief: few enough for a column of dots each. */
const BRIEFLY = 60;

const OF_RULES: Readonly<Record<string, Evidence>> = {
  saturated: { view: "layers", panel: "saturation" },
  "dead-units": { view: "layers", panel: "saturation" },
  "shrinking-activations": { view: "layers", panel: "depth" },
  "growing-activations": { view: "layers", panel: "depth" },
  "vanishing-gradients": { view: "layers", panel: "depth" },
  "exploding-gradients": { view: "layers", panel: "depth" },
  "output-learns-faster": { view: "layers" },
  "slow-updates": { view: "run" },
  "fast-updates": { view: "run" },
  "uneven-updates": { view: "run" },
  frozen: { view: "run" },
  "initial-loss": { view: "charts", isBrief: true },
  "loss-spike": { view: "charts", isBrief: true },
  divergence: { view: "charts", isBrief: true },
  plateau: { view: "charts" },
  "validation-gap": { view: "charts" },
};

/** Of a rule that is not known here: what names a layer is inside, what names nothing is about the loss. */
export function evidenceOf({
  finding: { rule, layer, param },
}: Pick<FoundIn, "finding">): Evidence {
  const known = OF_RULES[rule];
  if (known !== undefined) return known;
  if (rule === "running-statistics" && layer !== null) return { view: "layers", panel: "norm" };
  if (param !== null) return { view: "run" };
  return { view: layer === null ? "charts" : "layers" };
}

/** Goes to the evidence; `esc` comes back. */
export function toEvidence(before: State, scene: Scene, found: FoundIn): State {
  const { run, finding } = found;
  const { view, panel, isBrief = false } = evidenceOf(found);
  const state: State = {
    ...before,
    opened: run.run,
    focus: run.run,
    finding: found.key,
    cameFrom: "findings",
    scroll: 0,
    zoom: null,
    crosshair: null,
    isAlone: false,
    spotlight: null,
    isPanelFirst: panel !== undefined,
  };
  const step = Math.max(0, Math.min(finding.step, updates(run) - 1));
  switch (view) {
    case "layers":
      return {
        ...adjusted(state, { view, panel: panel ?? state.settings.panel }),
        probeStep: finding.step,
        layer: finding.layer ?? state.layer,
        unit: 0,
      };
    case "run":
      return {
        ...adjusted(state, { view, axis: "step", ...showing(state.settings, finding.param) }),
        crosshair: step,
        spotlight: finding.param,
      };
    case "charts":
      return toCharts({ ...state, zoom: isBrief ? around(step, state.settings) : null }, scene, {
        run: run.run,
        step,
      });
  }
}

/** All parameters where the one that a finding is about is hidden. */
function showing({ parameters }: ViewSettings, param: string | null): Partial<ViewSettings> {
  const isHidden = param !== null && parameters !== null && !parameters.includes(param);
  return isHidden ? { parameters: null } : {};
}

/** The steps around one of them, which is in the middle where there are enough before it. */
function around(step: number, { isLogX }: ViewSettings): Range {
  const low = Math.max(0, step - BRIEFLY / 2);
  return { low: isLogX ? Math.max(LOG_ZERO, low) : low, high: low + BRIEFLY };
}

/** The charts with this run's curve on top; where it has none, it is marked. */
function toCharts(
  state: State,
  { chosen, metrics }: Scene,
  { run, step }: { readonly run: string; readonly step: number },
): State {
  const at = chosen.findIndex(({ members }) => members.some((one) => one.run === run));
  const chart = Math.max(
    0,
    metrics.findIndex((series) => !series.startsWith(RATIO)),
  );
  const shown: State = {
    ...adjusted(state, { view: "charts", axis: "step" }),
    crosshair: step,
    chart,
    curve: Math.max(0, at),
  };
  if (at >= 0) return shown;
  const marks = [...shown.settings.marks, run];
  return say(adjusted(shown, { marks }), `${run} is marked: the charts show what is`);
}
