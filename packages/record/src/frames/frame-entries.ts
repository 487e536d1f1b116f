/** What a frame says after the first of its file. */
import { type MetricFacts, metricFacts, type StepBlock } from "@ablate/core";
import type { Frame } from "@ablate/frames";
import type { MetricNumbers } from "@ablate/store";
import { configText } from "../config-text.ts";
import {
  isObject,
  listOf,
  namesOf,
  numberOrNull,
  objectOf,
  oneOf,
  textOf,
  textOrNull,
  wholeOf,
  wholeOrNull,
} from "../json-values.ts";
import type { EndEntry, LogEntry } from "../log.ts";
import { LogError } from "../log-error.ts";
import { readProbe } from "./read-probe.ts";
import type { RunHead } from "./run-head.ts";

/** Steps of a frame. */
export type StepsEntry = Extract<LogEntry, { readonly type: "steps" }>;

/** Returns what a frame says but for steps; nothing where it is of a type that is not known. @throws LogError */
export function entriesOf(frame: Frame, run: RunHead): readonly LogEntry[] {
  const { head } = frame;
  switch (head.type) {
    case "metrics":
      return [{ type: "metrics", series: seriesOf(frame) }];
    case "declare":
      return [{ type: "declare", metrics: listOf(head, "metrics").map(factsOf) }];
    case "config": {
      const config = configText(objectOf(head, "config"), run.seed);
      const steps = wholeOrNull(head, "steps");
      return [{ type: "describe", description: steps === null ? { config } : { config, steps } }];
    }
    case "probe":
      return [{ type: "probe", probe: readProbe(frame) }];
    case "event":
      return [{ type: "event", kind: textOf(head, "kind"), message: textOrNull(head, "message") }];
    case "end":
      return [endOf(frame)];
    default:
      return [];
  }
}

/** Returns the steps of a frame. @throws LogError - if they do not follow, or its arrays have other lengths */
export function stepsOf(
  { head, arrays }: Frame,
  { parameters, next }: { readonly parameters: number; readonly next: number },
): StepsEntry {
  const [first, count] = [wholeOf(head, "first"), wholeOf(head, "count")];
  if (first !== next)
    throw new LogError(`its steps from ${first} on do not follow step ${next - 1}`);
  const metricNames = namesOf(head, "metrics");
  const { loss, lr, ratios, metrics } = arrays;
  const block: StepBlock = {
    ...{ first, count },
    loss: asLong(loss, count, "loss"),
    lr: asLong(lr, count, "lr"),
    ratios: ratiosOf(ratios, count * parameters),
    metrics: asLong(metrics, count * metricNames.length, "metrics"),
  };
  return { type: "steps", block, metricNames };
}

function ratiosOf(array: unknown, length: number): Float32Array {
  if (array === undefined) return new Float32Array(length).fill(Number.NaN);
  if (array instanceof Float32Array && array.length === length) return array;
  throw wrongLength("ratios", array, length);
}

function asLong(array: unknown, length: number, name: string): Float64Array {
  if (array instanceof Float64Array && array.length === length) return array;
  if (array === undefined && length === 0) return new Float64Array();
  throw wrongLength(name, array, length);
}

function wrongLength(name: string, array: unknown, length: number): LogError {
  const found = ArrayBuffer.isView(array) && "length" in array ? array.length : 0;
  return new LogError(`its ${name} has ${found} numbers or others than of its type, not ${length}`);
}

function seriesOf({ head, arrays }: Frame): readonly MetricNumbers[] {
  return namesOf(head, "series").map((name, i): MetricNumbers => {
    const { [`steps${i}`]: steps, [`numbers${i}`]: numbers } = arrays;
    if (!(steps instanceof Float64Array) || !(numbers instanceof Float64Array)) {
      throw new LogError(`it has no steps and numbers of ${name}`);
    }
    if (steps.length !== numbers.length) {
      throw new LogError(`it has ${steps.length} steps and ${numbers.length} numbers of ${name}`);
    }
    for (const [at, step] of steps.entries()) {
      const isStep = Number.isSafeInteger(step) && step >= 0 && step > (steps[at - 1] ?? -1);
      if (!isStep) throw new LogError(`the steps of ${name} do not rise: ${step}`);
    }
    return { name, steps, numbers };
  });
}

/** Returns what is declared of a metric; what it leaves out is as usual for the name. */
function factsOf(item: unknown): MetricFacts {
  if (!isObject(item)) throw new LogError("its declaration is not a JSON object");
  const usual = metricFacts(textOf(item, "name"));
  return {
    ...usual,
    unit: textOrNull(item, "unit") ?? usual.unit,
    goal: oneOf(item.goal, ["min", "max"] as const) ?? (item.goal === null ? null : usual.goal),
    isLog: typeof item.log === "boolean" ? item.log : usual.isLog,
    guide: numberOrNull(item, "guide") ?? usual.guide,
  };
}

function endOf({ head }: Frame): EndEntry {
  const state = oneOf(head.state, ["finished", "failed", "stopped"]) ?? "finished";
  return {
    ...{ type: "end", state, reason: textOrNull(head, "reason") ?? state },
    ...{ error: textOrNull(head, "error"), trainSeconds: null },
  };
}
