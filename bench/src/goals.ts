/** What the figures are to be, as a table of goals met and not met. */
import type {
  LongReport,
  NetReport,
  Side,
  SpeedReport,
  WidthsReport,
  WorkloadReport,
} from "./report.ts";
import type { Table } from "./table.ts";
import { spread } from "./timings.ts";
import type { WorkloadName } from "./workloads.ts";

type Goal = {
  readonly what: string;
  /** The figure is to be at least this, or at most. */
  readonly least?: number;
  readonly most?: number;
  readonly figure: number;
  readonly unit: "x" | "%" | "s";
};

/** Recording by best deciles: times JAX, and times the commit before kernels on pairs of vectors where that has it. */
const LEAST_TIMES: Readonly<
  Record<WorkloadName, { readonly jax: number; readonly before?: number }>
> = {
  "two-layer": { jax: 1.7, before: 2.3 },
  "two-layer-bn": { jax: 1.9, before: 2.3 },
  "six-layer-bn-100": { jax: 2.3, before: 2.3 },
  "six-layer-bn-200": { jax: 1.6, before: 2.35 },
  "two-layer-adamw": { jax: 1.3 },
  "six-layer-ln-100": { jax: 1.3 },
  hierarchical: { jax: 1.3 },
};
/** Products alone, in percent of the 256-bit FMA loop. */
const LEAST_PERCENT: Readonly<Record<WorkloadName, number>> = {
  "two-layer": 75,
  "two-layer-bn": 75,
  "six-layer-bn-100": 82,
  "six-layer-bn-200": 86,
  "two-layer-adamw": 75,
  "six-layer-ln-100": 82,
  hierarchical: 86,
};
const MOST_SECONDS: Readonly<Partial<Record<WorkloadName, number>>> = {
  "two-layer": 0.1,
  "two-layer-bn": 0.3,
};
const MOST_RECORDING = 5;
/** Times the faster peer; the largest net is limited by memory. */
const LEAST_OF_WIDTHS = 0.97;
const LARGEST = "1024,1024/512";
const LEAST_OF_LARGEST = 0.9;
const MOST_LONG = 50;

export function speedGoals({ workloads }: SpeedReport): Table {
  return tableOf(workloads.flatMap(goalsOf));
}

function goalsOf(workload: WorkloadReport): Goal[] {
  const { net, kernels, recordingPercent, evaluation } = workload;
  const { jax, before } = LEAST_TIMES[net];
  const percent = (100 * kernels.alone.gflops) / kernels.ceilings.multiplyAddPairsFused;
  const most = MOST_SECONDS[net];
  return [
    ...timesOf(workload, "JAX", jax),
    ...(before === undefined ? [] : timesOf(workload, "recording before", before)),
    {
      what: `${net}, products of the bare loop`,
      least: LEAST_PERCENT[net],
      figure: percent,
      unit: "%",
    },
    {
      what: `${net}, recording adds`,
      most: MOST_RECORDING,
      figure: recordingPercent.now,
      unit: "%",
    },
    ...(evaluation === null || most === undefined
      ? []
      : [{ what: `${net}, evaluation`, most, figure: evaluation.now.median, unit: "s" as const }]),
  ];
}

export function widthGoals({ nets }: WidthsReport): Table {
  return tableOf(
    nets.flatMap((net) => {
      const least = net.net === LARGEST ? LEAST_OF_LARGEST : LEAST_OF_WIDTHS;
      return [...timesOf(net, "JAX", least), ...timesOf(net, "PyTorch", least)];
    }),
  );
}

export function longGoals({ config, ours }: LongReport): Table {
  const figure = spread(ours.map(({ seconds }) => seconds)).median;
  return tableOf([{ what: config, most: MOST_LONG, figure, unit: "s" }]);
}

/** Recording against each version of a side. */
function timesOf({ net, sides }: NetReport, wanted: Side, least: number): Goal[] {
  return sides.flatMap(({ side, version, ratio }) =>
    side === wanted && ratio !== null
      ? [
          {
            what: `${net}, recorded / ${side === "recording before" ? "before" : `${side} ${version}`}`,
            least,
            figure: ratio.best.median,
            unit: "x" as const,
          },
        ]
      : [],
  );
}

function tableOf(goals: readonly Goal[]): Table {
  return {
    title: "Goals",
    head: ["", "goal", "measured", ""],
    rows: goals.map(({ what, least, most, figure, unit }) => {
      const isMet =
        figure >= (least ?? Number.NEGATIVE_INFINITY) &&
        figure <= (most ?? Number.POSITIVE_INFINITY);
      return [
        what,
        least === undefined ? `at most ${most}${spaced(unit)}` : `at least ${least}${spaced(unit)}`,
        `${figure.toFixed(unit === "%" ? 1 : 2)}${spaced(unit)}`,
        isMet ? "met" : "NOT MET",
      ];
    }),
  };
}

function spaced(unit: Goal["unit"]): string {
  return unit === "x" ? "x" : ` ${unit}`;
}
