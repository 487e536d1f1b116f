import { statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import {
  endText,
  RunFollower,
  type RunSummary,
  type StoreReader,
  statesText,
  WAITING_STATES,
} from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import { ALL_OPTION, CI, FAILED, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { NOTIFY, NOTIFY_OPTION, notify, wantedNotice } from "../print/notify.ts";
import { showProgress } from "../print/progress/show-progress.ts";
import { storePath, withOpenReader } from "../store/open.ts";
import { findTarget, scopeOf } from "../store/resolve.ts";
import { WatchedEvents } from "../store/watched-events.ts";

/** Milliseconds between two polls. */
const POLL_MS = 150;

export const command: Command = {
  about:
    "Shows the progress of a run or a grid that another process trains, as `ablate run` would: a live block on a terminal, plain lines elsewhere. It reads only the store, writes nothing, and ends when all runs have ended.",
  options: {
    ...STORE_OPTION,
    ...ALL_OPTION,
    ...NOTIFY_OPTION,
    json: { help: "print events, one JSON object per line" },
  },
  examples: [
    ["ablate watch quickstart", "the progress of a grid that another process trains"],
    ["ablate watch quickstart/v5", "the progress of one run"],
    ["ablate watch quickstart && ablate runs", "wait, then list the runs if none failed"],
  ],
  exits: [FAILED, STOPPED],
  environment: [NOTIFY, CI],
  see: ["docs/json.md", "ablate ui", "ablate run"],
  run: (invocation) => withOpenReader(invocation, (reader) => watch(invocation, reader)),
};

async function watch(invocation: Invocation, reader: StoreReader): Promise<number> {
  const { flags, terminal } = invocation;
  const notice = wantedNotice(invocation);
  const refuseIfGone = goneChecker(storePath(invocation));
  const scope = scopeOf(invocation);
  const { name: title, grid } = findTarget(reader, flags.positionals[0] ?? "", scope);
  const grids = grid === null ? gridsOf(title, reader) : [grid];
  const style = flags.has("json") ? "json" : "human";
  const progress = showProgress(terminal, style);
  const interrupt = onInterrupt(() => {});
  const isCurrent = !scope.isAll;
  const follower = new RunFollower(reader, grid === null ? { run: title } : { grid, isCurrent });
  const events = new WatchedEvents(title, reader);
  try {
    for (;;) {
      const now = Date.now();
      for (const event of events.follow(changedRows(follower, now))) {
        const isNews = event.event !== "skipped" || event.state !== "finished";
        if (isNews || style === "json") progress.onEvent(event);
      }
      const isOpen = events.count(...WAITING_STATES) > 0;
      const isAttended = isOpen && grids.some((one) => reader.isAttended(one, now));
      if (events.count("running") === 0 && !isAttended) break;
      await pause(POLL_MS, undefined, { signal: interrupt.signal }).catch(() => {});
      if (interrupt.signal.aborted) return STOPPED_BY_USER;
      refuseIfGone();
    }
    progress.onEvent(events.done());
  } finally {
    progress.close();
    interrupt.release();
  }
  notify(terminal, notice, endText(title, events.runs));
  if (style === "human") terminal.write(asLine(`${title}: ${sentence(events)}`));
  return events.count("failed", "diverged", "interrupted") > 0 ? 1 : 0;
}

/** Returns the rows that have changed, interrupted where their process has died. */
function changedRows(follower: RunFollower, now: number): RunSummary[] {
  const runs = follower.poll(now) ?? [];
  return runs.flatMap(({ row, isLost }): RunSummary[] => {
    if (row === null) return [];
    return [isLost ? { ...row, state: "interrupted", reason: "process died" } : row];
  });
}

function gridsOf(run: string, reader: StoreReader): string[] {
  const names = reader.grids().map(({ name }) => name);
  return names.filter((grid) => reader.members(grid).has(run));
}

/** Makes a check of a file: once it is removed or replaced, who has it open sees it unchanged for ever. */
function goneChecker(path: string): () => void {
  const numberOf = (): bigint | undefined =>
    statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
  const opened = numberOf();
  return () => {
    if (numberOf() === opened) return;
    throw new UsageError(`${path} was removed or replaced; watching ends`);
  };
}

/** Says what was seen in the end. */
function sentence(events: WatchedEvents): string {
  const rest =
    events.count(...WAITING_STATES) > 0
      ? `; nothing is being ${events.areRecorded ? "recorded" : "trained"}`
      : "";
  return `${statesText(events.runs)}${rest}`;
}
