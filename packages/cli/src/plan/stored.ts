/** What the store knows of the runs of a plan. */

import { existsSync, statSync } from "node:fs";
import { changeThresholds, otherThanCurrent, THRESHOLDS, type Thresholds } from "@ablate/core";
import { askedStart, type PlannedRun, recordedThresholds } from "@ablate/runner";
import type {
  PlannedStart,
  RecordedRun,
  RunSummary,
  StoreReader,
  TrainedKind,
} from "@ablate/store";
import { listed } from "@ablate/text";
import type { Invocation } from "../command-line/command.ts";
import { few } from "../print/few.ts";
import { liveStates, storePath, withAnyReader } from "../store/open.ts";
import type { Planned } from "./planning.ts";

export type Stored = {
  /** The store's runs by hash. */
  readonly runs: ReadonlyMap<string, RecordedRun>;
  /** Where each run of the plan would go on. */
  readonly starts: readonly PlannedStart[];
  /** The thresholds by which each ended run was judged, by hash. */
  readonly thresholds: ReadonlyMap<string, Thresholds>;
  readonly kinds: readonly TrainedKind[];
  /** The runs of the grid that its configs no longer have, in the order of the grid. */
  readonly left: readonly Pick<RunSummary, "name" | "state">[];
  /** Bytes of its file; null where there is none. */
  readonly bytes: number | null;
};

/** Reads what the store knows; makes none where there is none. */
export function readStored(
  invocation: Invocation,
  { runs, grid, preview }: Pick<Planned, "runs" | "grid" | "preview">,
): Stored {
  const mixes = invocation.flags.has("mixed-revisions");
  const path = storePath(invocation);
  const stored = withAnyReader(invocation, (reader): Stored => {
    const stateOf = liveStates(reader);
    const recorded = [...reader.recorded(runs.map(({ hash }) => hash)).values()];
    const ended = recorded.filter(({ state }) => state === "finished" || state === "diverged");
    return {
      runs: new Map(
        recorded.map((run) => [run.hash, { ...run, state: stateOf(run.name, run.state) }]),
      ),
      thresholds: new Map(ended.map(({ hash, name }) => [hash, recordedThresholds(reader, name)])),
      starts: startsOf(reader, runs, mixes),
      kinds: reader.trainedKinds(),
      left: leftRuns(reader, grid.name, preview.left).map(({ name, state }) => ({
        name,
        state: stateOf(name, state),
      })),
      bytes: existsSync(path) ? statSync(path).size : null,
    };
  });
  if (stored !== undefined) return stored;
  return { runs: new Map(), thresholds: new Map(), starts: [], kinds: [], left: [], bytes: null };
}

/** Returns where each run would go on with `--mixed-revisions`; nothing where the store has no other revision's work. */
export function mixedStarts(
  invocation: Invocation,
  runs: readonly PlannedRun[],
  { kinds }: Stored,
): readonly PlannedStart[] {
  const engines = new Set(runs.map(({ resolved }) => resolved.engine));
  const hasOthers = kinds.some(({ revision }) =>
    [...engines].some((engine) => otherThanCurrent({ engine, revision }) !== null),
  );
  if (!hasOthers) return [];
  return withAnyReader(invocation, (reader) => startsOf(reader, runs, true)) ?? [];
}

function startsOf(
  reader: StoreReader,
  runs: readonly PlannedRun[],
  mixes: boolean,
): readonly PlannedStart[] {
  return reader.starts(
    runs.map(({ hash, family, spec, resolved: { record, thresholds, engine } }) => ({
      hash,
      ...askedStart({ family, spec, record, thresholds, engine }, mixes),
    })),
  );
}

function leftRuns(reader: StoreReader, grid: string, names: readonly string[]): Stored["left"] {
  if (names.length === 0) return [];
  const left = new Set(names);
  return reader.runs({ grid }).filter(({ name }) => left.has(name));
}

/** Returns what the user should know before training: of the plan, and of what the store has of its runs. */
export function notesBefore(
  { runs, notes }: Planned,
  stored: Stored,
  { inTrash, isRestart = false }: { readonly inTrash: string; readonly isRestart?: boolean },
): readonly string[] {
  const less = isRestart ? [] : lessRecorded(runs, stored);
  const judged = isRestart ? [] : otherThresholds(runs, stored);
  const trashed = runs.flatMap(({ hash }) => {
    const run = stored.runs.get(hash);
    return run?.isTrashed ? [run.name] : [];
  });
  const trash = trashed.length === 0 ? [] : [`${few(trashed)}: ${inTrash}`];
  return [...notes, ...less, ...judged, ...trash];
}

/** Makes a note where finished runs were recorded with less than the plan asks for. */
function lessRecorded(runs: readonly PlannedRun[], stored: Stored): readonly string[] {
  const keys = new Set<string>();
  const names = runs.flatMap(({ hash, resolved: { record } }) => {
    const run = stored.runs.get(hash);
    if (run?.state !== "finished") return [];
    const missing = [
      record.evaluate !== "none" && run.evaluations === 0 ? "record.evaluate" : [],
      record.samples > run.samples ? "record.samples" : [],
      record.probes !== "none" && run.probes === 0 ? "record.probes" : [],
    ].flat();
    for (const key of missing) keys.add(key);
    return missing.length > 0 ? [run.name] : [];
  });
  if (names.length === 0) return [];
  const [were, them] = names.length === 1 ? ["was", "it"] : ["were", "them"];
  return [
    `${few(names)} ${were} recorded with less than ${listed([...keys])} asks for; \`ablate run --restart\` trains ${them} again`,
  ];
}

/** Makes a note where runs are at their end and were judged by other thresholds than the plan has. */
function otherThresholds(runs: readonly PlannedRun[], stored: Stored): readonly string[] {
  const changes = new Set<string>();
  const names = runs.flatMap(({ hash, resolved }) => {
    const judgedBy = stored.thresholds.get(hash);
    const name = stored.runs.get(hash)?.name;
    if (judgedBy === undefined || name === undefined) return [];
    const asked = Object.entries(changeThresholds(THRESHOLDS, resolved.thresholds ?? {}));
    const had = new Map(Object.entries(judgedBy));
    const other = asked.filter(([key, value]) => had.get(key) !== value);
    for (const [key, value] of other) changes.add(`--set thresholds.${key}=${value}`);
    return other.length > 0 ? [name] : [];
  });
  if (names.length === 0) return [];
  const [were, they] = names.length === 1 ? ["was", "it was"] : ["were", "they were"];
  return [
    `${few(names)} ${were} judged by the thresholds ${they} trained with; \`ablate diagnose RUN ${[...changes].join(" ")}\` judges by those of this config`,
  ];
}
