/** The figures of `pnpm bench`, `pnpm bench:widths` and `pnpm bench:long` as tables. */
import type {
  Conditions,
  LongReport,
  NetReport,
  Side,
  SideReport,
  SpeedReport,
  ThreadsReport,
  WholeGrid,
  WidthsReport,
  WorkloadReport,
} from "./report.ts";
import type { Table } from "./table.ts";
import { type Spread, spread } from "./timings.ts";

/** One line about when and on what. */
export function aboutLine({ date, machine, core, rounds, load }: Conditions): string {
  const about = Object.entries(machine).map(([key, value]) => `${key} ${value}`);
  const pinned = core === null ? "not pinned" : `pinned to core ${core}`;
  const loads = load.map((one) => one.toFixed(1)).join(" to ");
  return `${date.slice(0, 10)}; ${about.join(", ")}; ${rounds} rounds in turn, ${pinned}, load ${loads}`;
}

/** Steps per second of every side. */
export function speedTables({ workloads }: SpeedReport): Table[] {
  return [
    ...rateTables("Steps per second", workloads),
    oursTable(workloads),
    ...(workloads.some((one) => of(one, "recording before")) ? [beforeTable(workloads)] : []),
  ];
}

export function widthTables({ nets }: WidthsReport): Table[] {
  return rateTables("Hidden widths and batch, steps per second", nets);
}

/** Nets by one thread and by more. */
export function threadsTable({ threads, nets }: ThreadsReport): Table {
  return {
    title: "Training, steps per second, best decile of chunks",
    head: ["net", "1 thread", `${threads} threads`, "gain", "gain by medians"],
    rows: nets.map(({ net, one, more }) => [
      net,
      count(one.best),
      count(more.best),
      times(more.best / one.best),
      times(more.median / one.median),
    ]),
  };
}

/** A whole grid on one core, and what its steps alone would take the peers. */
export function longTable({ config, runs, steps, ours, before, peers }: LongReport): Table {
  const grid = (name: string, all: readonly WholeGrid[]): string[][] =>
    all.length === 0
      ? []
      : [
          [
            name,
            cell(spread(all.map((one) => one.seconds)), wholeSeconds),
            cell(spread(all.map((one) => one.cpuSeconds)), wholeSeconds),
            "measured",
          ],
        ];
  return {
    title: `\`${config}\`, ${runs} runs, ${steps.toLocaleString("en")} steps in all`,
    head: ["", "time", "CPU time", ""],
    rows: [
      ...grid("`ablate run`, everything recorded and evaluated", ours),
      ...grid("the same before", before),
      ...peers.map(({ side, version, seconds, cpuSeconds }) => [
        `${side} ${version}, the steps alone`,
        wholeSeconds(seconds),
        wholeSeconds(cpuSeconds),
        "extrapolated",
      ]),
    ],
  };
}

/** The same as two sentences. */
export function summaryOf({ machine, core, ours, peers }: LongReport): string {
  const seconds = wholeSeconds(spread(ours.map((one) => one.seconds)).median);
  const theirs = peers.map((peer) => `${nameOf(peer)} ${wholeSeconds(peer.seconds)}`).join(", ");
  return [
    `All of it took ${seconds}${core === null ? "" : " on one core"} of ${machine.cpu}, everything recorded and`,
    `evaluated. The steps alone take the peers on one thread: ${theirs || "not measured"}`,
    "([performance.md](performance.md)).",
  ].join(" ");
}

type Kind = "best" | "cpu" | "whole";

const PEERS: readonly Side[] = ["JAX", "PyTorch"];

/** Rates of one kind, and recording against every peer. */
function rateTable(title: string, nets: readonly NetReport[], kind: Kind): Table {
  const peers = peersOf(nets).map((peer) => ({ ...peer, name: nameOf(peer) }));
  return {
    title,
    head: [
      ...["net", "training", "recorded"],
      ...peers.map(({ name }) => name),
      ...peers.map(({ name }) => `recorded / ${name}`),
    ],
    rows: nets.map((net) => [
      net.net,
      cell(of(net, "training")?.[kind], count),
      cell(of(net, "recording")?.[kind], count),
      ...peers.map((peer) => cell(same(net, peer)?.[kind], count)),
      ...peers.map((peer) => cell(same(net, peer)?.ratio?.[kind], times)),
    ]),
  };
}

function rateTables(what: string, nets: readonly NetReport[]): Table[] {
  return [
    rateTable(`${what}, best decile of chunks`, nets, "best"),
    rateTable("The same by processor time, all threads of a process counted", nets, "cpu"),
    rateTable("The same by whole trainings, whatever disturbed them", nets, "whole"),
  ];
}

function oursTable(workloads: readonly WorkloadReport[]): Table {
  return {
    title: "Training alone, and what recording adds",
    head: [
      ...["net", "best decile", "median chunk", "slowest decile", "by CPU time"],
      ...["recording adds", "best decile less that"],
    ],
    rows: workloads.map((net) => {
      const side = of(net, "training");
      return [
        net.net,
        cell(side?.best, count),
        cell(side?.median, count),
        cell(side?.low, count),
        cell(side?.cpu, count),
        `${net.recordingPercent.now.toFixed(1)} % of CPU time`,
        count((side?.best.median ?? Number.NaN) / (1 + net.recordingPercent.now / 100)),
      ];
    }),
  };
}

function beforeTable(workloads: readonly WorkloadReport[]): Table {
  return {
    title: "Against the earlier commit, recorded, best decile of chunks",
    head: ["net", "recorded", "before", "ratio", "ratio of whole runs", "recording added before"],
    rows: workloads.map((net) => {
      const before = of(net, "recording before");
      const percent = net.recordingPercent.before;
      return [
        net.net,
        cell(of(net, "recording")?.best, count),
        cell(before?.best, count),
        cell(before?.ratio?.best, times),
        cell(before?.ratio?.whole, times),
        percent === null ? "-" : `${percent.toFixed(1)} %`,
      ];
    }),
  };
}

export function evaluationTable({ workloads }: SpeedReport): Table {
  return {
    title: "Evaluating all splits, CPU seconds",
    head: ["net", "now", "before"],
    rows: workloads.flatMap(({ net, evaluation }) =>
      evaluation === null
        ? []
        : [[net, cell(evaluation.now, seconds), cell(evaluation.before ?? undefined, seconds)]],
    ),
  };
}

export function tfjsTable({ workloads }: SpeedReport): Table {
  return {
    title: "The engine tfjs, steps per second, best decile of chunks",
    head: ["net", "backend", "training", "against the faster PyTorch"],
    rows: workloads.flatMap((net) => {
      const torch = Math.max(
        ...net.sides.filter(({ side }) => side === "PyTorch").map(({ best }) => best.median),
      );
      return net.sides
        .filter(({ side }) => side.startsWith("tfjs"))
        .map(({ side, version, best }) => [
          net.net,
          `${side.replace("tfjs on ", "")} ${version}`,
          cell(best, count),
          torch > 0 ? times(best.median / torch) : "-",
        ]);
    }),
  };
}

function of({ sides }: NetReport, side: Side): SideReport | undefined {
  return sides.find((one) => one.side === side);
}

/** The same side and version in another net. */
function same({ sides }: NetReport, { side, version }: SideReport): SideReport | undefined {
  return sides.find((one) => one.side === side && one.version === version);
}

function peersOf([first]: readonly NetReport[]): SideReport[] {
  return first?.sides.filter(({ side }) => PEERS.includes(side)) ?? [];
}

function nameOf({ side, version }: Pick<SideReport, "side" | "version">): string {
  return `${side} ${version}`;
}

/** The median, and in brackets the lowest and the highest where there are several rounds. */
function cell(values: Spread | undefined, write: (value: number) => string): string {
  if (values === undefined) return "-";
  const { median, low, high } = values;
  return low === high ? write(median) : `${write(median)} (${write(low)} to ${write(high)})`;
}

function count(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toFixed(1);
}

function times(value: number): string {
  return `${value.toFixed(2)}x`;
}

function wholeSeconds(value: number): string {
  return `${value.toFixed(0)} s`;
}

function seconds(value: number): string {
  return `${value.toFixed(3)} s`;
}
