/** Events as lines: sentences that stay on the terminal, and JSON. */

import type { GridEvent } from "@ablate/runner";
import type { RunState } from "@ablate/store";
import { count, counted, duration, loss, visible } from "@ablate/text";
import type { Paint, Style } from "../../command-line/terminal.ts";
import { engineText } from "../../training/engines.ts";
import { isOver, type Judged, verdict } from "../findings.ts";
import { LEVEL_STYLES, stateStyle } from "../styles.ts";
import { remoteLine } from "./remote-sentences.ts";

type Of<Name extends GridEvent["event"]> = Extract<GridEvent, { readonly event: Name }>;

/** Returns the line of an event that stays; an event that only moves numbers has none. */
export function lineOf(event: GridEvent, paint: Paint): string | null {
  switch (event.event) {
    case "planned": {
      const { runs, toTrain, done } = event;
      const rest = runs - toTrain - done;
      const parts = [
        counted(runs, "run"),
        ...(done > 0 ? [`${count(done)} already trained`] : []),
        ...(rest > 0 ? [`${count(rest)} skipped`] : []),
      ];
      return `${event.grid}: ${parts.join(", ")}`;
    }
    case "skipped":
      return `${event.run}: ${skippedText(event)}`;
    case "kept":
      return `${event.run}: not touched, its checkpoint at step ${count(event.step)} is of engine revision ${event.revision}`;
    case "engine":
      return `engine ${event.engine}: ${engineText(event)}`;
    case "started": {
      if (event.from === 0) return null;
      const whose = event.of === null || event.of === event.run ? "" : ` from ${event.of}`;
      const { revision, ofRevision } = event;
      const by =
        ofRevision === null ? "" : `, by engine revision ${revision} after revision ${ofRevision}`;
      return `${event.run}: goes on${whose} at step ${count(event.from)}${by}`;
    }
    case "threads": {
      const text = `${event.run}: computed by ${counted(event.threads, "thread")}`;
      if (event.refusal === null) return event.threads === 1 ? null : text;
      return `${text}: ${event.refusal}`;
    }
    case "unused":
      return `${event.run}: ${event.message}`;
    case "retried": {
      const at = event.from === 0 ? "" : ` goes on at step ${count(event.from)}`;
      return `${event.run}: ${event.error}; attempt ${event.attempt}${at}`;
    }
    case "ended": {
      const [state = "", ...facts] = endFacts(event);
      return `${event.run}: ${[paint(stateStyle(event.state) ?? "bold", state), ...facts].join("  ")}`;
    }
    case "storage":
      return storageLine(event, paint);
    case "database":
    case "workers":
    case "outbox":
    case "evicted":
      return remoteLine(event, paint);
    case "done": {
      const { grid, trained, seconds } = event;
      return trained === 0 ? null : `${grid}: ${counted(trained, "run")} in ${duration(seconds)}`;
    }
    default:
      return null;
  }
}

function storageLine(event: Of<"storage">, paint: Paint): string | null {
  // A store that is given up is said at the end of the command.
  if (event.state === "given up") return null;
  if (event.state === "waiting") {
    const tries = `training waits and tries again for ${duration(event.limit)}`;
    return `${paint("yellow", "storage")}: ${event.error}; ${tries}`;
  }
  const after = duration(Math.ceil(event.seconds));
  return `${paint("green", "storage")}: written again, after ${after}; training goes on`;
}

function skippedText(event: Of<"skipped">): string {
  const { state, otherRevision, keptStep, keptRevision, source } = event;
  if (source !== undefined) return state;
  if (state === "failed" && keptStep !== null) {
    const at = `at step ${count(keptStep)} by engine revision ${keptRevision}`;
    return `failed before, ${at}; --retry-failed --mixed-revisions together train it on from there`;
  }
  if (state === "diverged" && otherRevision !== null) {
    return "already trained: diverged; --restart trains it once more";
  }
  return SKIPPED[state] ?? state;
}

const SKIPPED: Readonly<Record<string, string>> = {
  finished: "already trained",
  diverged: "already trained: diverged, and would again; --restart trains it once more",
  failed: "failed before; --retry-failed tries it again",
  running: "another process is training it",
};

/** Says how a run ended, and with what results. */
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

/** Turns a grid's events into the lines that are due: a run's verdict at first sight and at its end. */
export function verdictTeller(paint: Paint): (event: GridEvent) => string | null {
  const said = (run: string, findings: readonly Judged[], state: RunState): string => {
    const style = verdictStyle(findings);
    const text = visible(verdict(findings, state));
    return `${run}: ${style === null ? text : paint(style, text)}`;
  };
  const latest = new Map<string, readonly Judged[]>();
  return (event) => {
    if (event.event === "findings") {
      const isFirst = event.step === 0 || !latest.has(event.run);
      latest.set(event.run, event.findings);
      return isFirst ? said(event.run, event.findings, "running") : null;
    }
    if (event.event !== "ended") return null;
    const findings = latest.get(event.run);
    latest.delete(event.run);
    if (findings === undefined || !isOver(event.state)) return null;
    return said(event.run, findings, event.state);
  };
}

/** Returns the style of the most serious finding; null where none is more than information. */
function verdictStyle(findings: readonly Judged[]): Style | null {
  const worst = (["error", "warning"] as const).find((one) =>
    findings.some(({ level }) => level === one),
  );
  return worst === undefined ? null : LEVEL_STYLES[worst];
}
