/** Figures of all rounds, side by side. */
import { loadavg } from "node:os";
import type { KernelTimes } from "./kernel-times.ts";
import { type Machine, machine } from "./machine.ts";
import { CORE } from "./pinned.ts";
import { type Rates, ratesOf, type Spread, spread, type Timings } from "./timings.ts";
import type { WorkloadName } from "./workloads.ts";

/** What one side did in one round. */
export type Measured = {
  readonly side: Side;
  /** A round each. */
  readonly rounds: readonly Timings[];
};

/** The sides of a comparison; `before` is the checkout of an earlier commit. */
export type Side =
  | "training"
  | "recording"
  | "training before"
  | "recording before"
  | "JAX"
  | "PyTorch"
  | "tfjs on tensorflow"
  | "tfjs on wasm";

/** Steps per second of one side: of each round the best decile of its chunks, the median one and the slowest decile, and the whole. */
export type SideReport = {
  readonly side: Side;
  readonly version: string;
  readonly chunk: number;
  readonly loss: number;
  readonly best: Spread;
  readonly median: Spread;
  readonly low: Spread;
  readonly whole: Spread;
  /** By processor time, all threads of the process counted. */
  readonly cpu: Spread;
  /** Recording against this side, round by round; null of our own sides. */
  readonly ratio: Readonly<Record<"best" | "cpu" | "whole", Spread>> | null;
};

export type NetReport = {
  readonly net: string;
  /** Of a step's products. */
  readonly flops: number;
  readonly sides: readonly SideReport[];
};

/** What is measured of a workload beyond its speed. */
export type WorkloadReport = NetReport & {
  readonly net: WorkloadName;
  /** Processor time that recording adds, in percent: the lowest of all rounds on both sides. */
  readonly recordingPercent: { readonly now: number; readonly before: number | null };
  readonly kernels: KernelTimes;
  /** Processor seconds of an evaluation of all splits; null where it is not measured. */
  readonly evaluation: { readonly now: Spread; readonly before: Spread | null } | null;
};

/** When, on what and how often something was measured. */
export type Conditions = {
  readonly date: string;
  readonly machine: Machine;
  /** The one core that everything ran on, or null. */
  readonly core: string | null;
  readonly rounds: number;
  /** Load of the machine before and after. */
  readonly load: readonly number[];
};

export type SpeedReport = Conditions & { readonly workloads: readonly WorkloadReport[] };
export type WidthsReport = Conditions & { readonly nets: readonly NetReport[] };

/** Nets by one thread and by more, in one process and on all cores. */
export type ThreadsReport = Conditions & {
  readonly threads: number;
  readonly nets: readonly { readonly net: string; readonly one: Rates; readonly more: Rates }[];
};

/** A whole grid by `ablate run` beside what its steps take each peer. */
export type LongReport = Conditions & {
  readonly config: string;
  readonly runs: number;
  /** Of all runs together. */
  readonly steps: number;
  readonly ours: readonly WholeGrid[];
  /** The checkout of an earlier commit. */
  readonly before: readonly WholeGrid[];
  readonly peers: readonly Extrapolated[];
};

/** `ablate run` of it, once: evaluations, samples, probes and the start of the processes included. */
export type WholeGrid = { readonly seconds: number; readonly cpuSeconds: number };

/** Steps of the same nets alone, neither evaluated nor stored, from the rates of short trainings. */
export type Extrapolated = WholeGrid & { readonly side: Side; readonly version: string };

/** Says under which conditions something was measured that has just ended. */
export function conditionsOf(rounds: number, loadBefore: number): Conditions {
  const load = [loadBefore, loadavg()[0] ?? 0];
  return { date: new Date().toISOString(), machine: machine(), core: CORE, rounds, load };
}

export function sidesOf(measured: readonly Measured[]): SideReport[] {
  const recording = measured.find(({ side }) => side === "recording");
  return measured.map((one) => sideOf(one, recording));
}

function sideOf({ side, rounds }: Measured, recording: Measured | undefined): SideReport {
  const rates = rounds.map(allRatesOf);
  const ours = recording?.rounds.map(allRatesOf) ?? [];
  const of = (kind: keyof AllRates): Spread => spread(rates.map((rate) => rate[kind]));
  const ratio = (kind: keyof AllRates): Spread =>
    spread(rates.map((rate, i) => (ours[i]?.[kind] ?? Number.NaN) / rate[kind]));
  const [first] = rounds;
  return {
    side,
    version: first?.version ?? "",
    chunk: first?.chunk ?? 0,
    loss: first?.loss ?? Number.NaN,
    best: of("best"),
    median: of("median"),
    low: of("low"),
    whole: of("whole"),
    cpu: of("cpu"),
    ratio:
      side === "training" || side === "recording"
        ? null
        : { best: ratio("best"), cpu: ratio("cpu"), whole: ratio("whole") },
  };
}

type AllRates = Rates & { readonly cpu: number };

function allRatesOf(timings: Timings): AllRates {
  return { ...ratesOf(timings), cpu: 1 / timings.cpuPerStep };
}
