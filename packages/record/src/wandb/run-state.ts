/** What reading a W&B log on needs beside its place; plain JSON. */
import { isMap } from "@ablate/store";

export type RunState = {
  readonly hasBegun: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  /** The last step of a row; -1: none. */
  readonly step: number;
  /** When it was started, in milliseconds since 1970; 0: not known. */
  readonly started: number;
  /** Seconds since the run began, as the last row says. */
  readonly runtime: number;
  /** Names of metrics that rows have. */
  readonly names: readonly string[];
  /** What was left out since it is no number. */
  readonly odd: readonly string[];
  /** Numbers of the summary that no row has had so far. */
  readonly summary: Readonly<Record<string, number>>;
  readonly layers: readonly string[];
  /** Which numbers of a metric, or of those that a pattern fits, are better. */
  readonly goals: readonly (readonly [name: string, goal: "min" | "max"])[];
};

export const NEW_RUN: RunState = {
  hasBegun: false,
  config: {},
  step: -1,
  started: 0,
  runtime: 0,
  names: [],
  odd: [],
  summary: {},
  layers: [],
  goals: [],
};

/** Says whether a kept state has the shape that this version writes. */
export function isRunState(value: unknown): value is RunState {
  if (!isMap(value) || !isMap(value.config) || typeof value.step !== "number") return false;
  if (typeof value.started !== "number") return false;
  const { names, odd, layers, goals, summary } = value;
  if (!isMap(summary)) return false;
  return [names, odd, layers, goals].every(Array.isArray);
}
