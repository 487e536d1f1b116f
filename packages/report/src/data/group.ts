/** What a report knows of runs that differ in the seed alone. */
import type { ComparedRun, ComparisonRow, Finding, Moments, Probe } from "@ablate/store";
import type { ColumnValue } from "./columns.ts";

/** How a group begins. */
export type FirstSteps = {
  /** Loss before the first update. */
  readonly initial: Moments;
  /** Mean loss of the first steps: as many as `FIRST_STEPS` or the shortest run has. */
  readonly early: Moments;
  readonly earlySteps: number;
  /** The first step from which the mean of 16 is below what guessing costs; of the runs that get there. */
  readonly below: Moments;
};

/** Loss over time. */
export type Curves = {
  readonly loss: readonly ColumnValue[];
  readonly lossByLog: readonly ColumnValue[];
  /** log10 of the update:data ratio, by parameter. */
  readonly ratios: ReadonlyMap<string, readonly ColumnValue[]>;
};

/** Looks inside the first run that has some. */
export type Looks = {
  readonly run: string;
  readonly first: Probe;
  readonly last: Probe;
};

/** How one layer's nonlinearity is used, over the runs of a group. */
export type Saturation = {
  readonly layer: string;
  readonly first: Moments;
  readonly last: Moments;
  /** Units that are flat for every example, at the end. */
  readonly dead: Moments;
};

/** What the same rule says of the same place in some of the runs. */
export type GroupFinding = {
  readonly level: Finding["level"];
  readonly rule: string;
  readonly layer: string | null;
  readonly param: string | null;
  /** One for each of those runs. */
  readonly findings: readonly Finding[];
};

export type Group = {
  readonly name: string;
  /** Which colour it has in charts; null where it is in the tables only. */
  readonly place: number | null;
  readonly runs: readonly [ComparedRun, ...ComparedRun[]];
  readonly row: ComparisonRow;
  readonly firstSteps: FirstSteps;
  /** Null where nothing is drawn of it. */
  readonly curves: Curves | null;
  readonly looks: Looks | null;
  readonly saturation: readonly Saturation[];
  readonly findings: readonly GroupFinding[];
  /** How many of the runs were judged by the rules. */
  readonly judged: number;
};

/** A group that charts show. */
export type Shown = Group & { readonly place: number };

export function isShown(group: Group): group is Shown {
  return group.place !== null;
}
