/** Events as lines: sentences that stay on the terminal, and JSON. */

import type { GridEvent } from "@ablate/runner";
import { count, counted, duration, loss } from "@ablate/text";
import type { Paint } from "../../command-line/terminal.ts";
import { engineText } from "../engines.ts";

type Of<Name extends GridEvent["event"]> = Extract<GridEvent, { readonly event: Name }>;

/** Returns the lines of an event that stay; an event that only moves numbers has none. */
export function linesOf(event: GridEvent, paint: Paint): string[] {
  switch (event.event) {
    case "planned": {
      const done = event.runs - event.toTrain;
      return [
        `${event.grid}: ${counted(event.runs, "run")}${done === 0 ? "" : `, ${done} not to train`}`,
      ];
    }
    case "skipped":
      return [`${event.run}: ${SKIPPED[event.state] ?? event.state}`];
    case "engine":
      return [`engine ${event.engine}: ${engineText(event)}`];
    case "started":
      return originLines(event);
    case "unused":
      return [`${event.run}: ${event.message}`];
    case "retried": {
      const at = event.from === 0 ? "" : ` goes on at step ${count(event.from)}`;
      return [`${event.run}: ${event.error}; attempt ${event.attempt}${at}`];
    }
    case "ended":
      return endedLines(event, paint);
    case "storage":
      return storageLines(event, paint);
    case "done": {
      if (event.trained === 0) return [];
      return [`${event.grid}: ${counted(event.trained, "run")} in ${duration(event.seconds)}`];
    }
    default:
      return [];
  }
}

/** Says where a run goes on that does not start at step 0. */
function originLines({ run, from, of }: Of<"started">): string[] {
  if (from === 0) return [];
  const whose = of === null || of === run ? "" : ` from ${of}`;
  return [`${run}: goes on${whose} at step ${count(from)}`];
}

/** A store that is given up is said at the end of the command. */
function storageLines({ state, error, seconds, limit }: Of<"storage">, paint: Paint): string[] {
  switch (state) {
    case "waiting": {
      const tries = `training waits and tries again for ${duration(limit)}`;
      return [`${paint("yellow", "storage")}: ${error}; ${tries}`];
    }
    case "over":
      return [
        `${paint("green", "storage")}: written again, after ${duration(Math.ceil(seconds))}; training goes on`,
      ];
    case "given up":
      return [];
  }
}

const SKIPPED: Readonly<Record<string, string>> = {
  finished: "already done",
  diverged: "already done: diverged, and would again; --restart trains it once more",
  failed: "failed before; --retry-failed tries it again",
  running: "another process is training it",
};

const STYLES = {
  finished: "green",
  failed: "red",
  diverged: "red",
  stopped: "yellow",
  interrupted: "yellow",
} as const;

/** Says how a run ended, with details below. */
function endedLines(event: Of<"ended">, paint: Paint): string[] {
  const [state, ...facts] = endFacts(event);
  return [`${event.run}: ${[paint(STYLES[event.state], state ?? ""), ...facts].join("  ")}`];
}

function endFacts(event: Of<"ended">): string[] {
  if (event.error !== null) return [`${event.state}: ${event.error}`];
  if (event.state === "diverged") {
    return [`diverged: the loss of step ${count(event.step - 1)} is not finite`];
  }
  const rule = event.rule === null ? "" : ` by rule ${event.rule}`;
  const at =
    event.state === "finished" && rule === "" ? "" : ` after ${counted(event.step, "step")}`;
  const evaluated =
    event.trainLoss === null
      ? [`loss ${loss(event.loss)}`]
      : [`train ${loss(event.trainLoss)}`, `valid ${loss(event.validLoss)}`];
  return [`${event.state}${rule}${at}`, ...evaluated, `${count(event.stepsPerSecond)} steps/s`];
}

/** Writes an event as one line of JSON, with keys as in the views. */
export function eventJson(event: GridEvent): string {
  const keys = Object.entries(event).map(([key, value]) => [snakeCase(key), value] as const);
  return JSON.stringify(Object.fromEntries(keys));
}

function snakeCase(key: string): string {
  if (key === "stepsPerSecond") return "steps_per_s";
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
