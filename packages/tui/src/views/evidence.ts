/** Leads from a finding to where it is seen. */
import type { Range } from "../chart/scale.ts";
import { colourKey } from "../data/looks.ts";
import type { FoundIn } from "../data/run-reader.ts";
import { updates } from "../data/shown-run.ts";
import { RATIO } from "../data/titles.ts";
import { LOG_ZERO, type Scene } from "../state/scene.ts";
import type { PanelName, ViewSettings } from "../state/settings.ts";
import { adjusted, type State, say, show } from "../state/state.ts";

/** A place where a finding is seen, and the way there. */
type Evidence = {
  /** What `enter` shows, in words. */
  readonly text: string;
  readonly isOfPanel?: boolean;
  readonly go: (state: State, scene: Scene, found: FoundIn) => State;
};

/** Steps that are shown of what is brief: few enough for a column of dots each. */
const BRIEFLY = 60;

const OF_RULES: Readonly<Record<string, Evidence>> = {
  saturated: inLayers("saturation"),
  "dead-units": inLayers("saturation"),
  "shrinking-activations": inLayers("depth"),
  "growing-activations": inLayers("depth"),
  "vanishing-gradients": inLayers("depth"),
  "exploding-gradients": inLayers("depth"),
  "output-learns-faster": inLayers(),
  "slow-updates": inRun(),
  "fast-updates": inRun(),
  "uneven-updates": inRun(),
  frozen: inRun(),
  "initial-loss": inCharts("brief"),
  "learning-rate": inCharts("brief"),
  "warm-up": inCharts("brief"),
  "loss-spike": inCharts("brief"),
  divergence: inCharts("brief"),
  plateau: inCharts(),
  "validation-gap": inCharts(),
};

/** Returns where a finding is seen; for an unknown rule by whether it names a parameter, a layer or neither. */
export function evidenceOf({ finding: { rule, layer, param } }: FoundIn): Evidence {
  const known = OF_RULES[rule];
  if (known !== undefined) return known;
  if (rule === "running-statistics" && layer !== null) return inLayers("norm");
  if (param !== null) return inRun();
  return layer === null ? inCharts() : inLayers();
}

/** Goes to the evidence; `esc` comes back. */
export function toEvidence(before: State, scene: Scene, found: FoundIn): State {
  const { go, isOfPanel = false } = evidenceOf(found);
  const state: State = {
    ...show(before, "findings"),
    opened: found.run.name,
    focus: found.run.name,
    finding: found.key,
    cameFrom: before.settings.view,
    isPanelFirst: isOfPanel,
  };
  return go(state, scene, found);
}

/** The layers of the run at the finding's probe, with a panel where one shows what the rule is about. */
function inLayers(panel?: PanelName): Evidence {
  return {
    text: "enter opens the probe of this step",
    isOfPanel: panel !== undefined,
    go: (state, _, { finding }) => ({
      ...adjusted(state, { view: "layers", panel: panel ?? state.settings.panel }),
      probeStep: finding.step,
      layer: finding.layer ?? state.layer,
      unit: 0,
    }),
  };
}

/** The page of the run, with the parameter's ratio in front. */
function inRun(): Evidence {
  return {
    text: "enter shows its update:data ratio at this step",
    go: (state, _, found) => {
      const { param } = found.finding;
      const { parameters } = state.settings;
      const isHidden = param !== null && parameters !== null && !parameters.includes(param);
      const shown: Partial<ViewSettings> = isHidden ? { parameters: null } : {};
      return {
        ...adjusted(state, { view: "run", axis: "step", ...shown }),
        crosshair: stepOf(found),
        spotlight: param,
      };
    },
  };
}

/** The charts with the run's curve on top, also where it was hidden; of what is brief a few steps, since a chart of all would hide it. */
function inCharts(length: "brief" | "long" = "long"): Evidence {
  return {
    text: "enter shows the charts at this step",
    go: (state, { chosen, metrics }, found) => {
      const step = stepOf(found);
      const { name: run } = found.run;
      const at = chosen.findIndex(({ members }) => members.some((one) => one.name === run));
      const chart = metrics.findIndex((series) => !series.startsWith(RATIO));
      const row = chosen[at];
      const key = row === undefined ? null : colourKey(row);
      const hiddenCurves = state.settings.hiddenCurves.filter((one) => one !== key);
      const shown: State = {
        ...adjusted(state, { view: "charts", axis: "step", hiddenCurves }),
        zoom: length === "brief" ? around(step, state.settings) : null,
        crosshair: step,
        chart: Math.max(0, chart),
        curve: Math.max(0, at),
      };
      if (at >= 0) return shown;
      const marks = [...shown.settings.marks, run];
      return say(adjusted(shown, { marks }), `${run} is marked: the charts show marked runs`);
    },
  };
}

/** Returns the finding's step, or the run's last one where that is earlier. */
function stepOf({ run, finding }: FoundIn): number {
  return Math.max(0, Math.min(finding.step, updates(run) - 1));
}

/** Returns the steps around one of them, which is in the middle where there are enough before it. */
function around(step: number, { isLogX }: ViewSettings): Range {
  const low = Math.max(0, step - BRIEFLY / 2);
  return { low: isLogX ? Math.max(LOG_ZERO, low) : low, high: low + BRIEFLY };
}
