/** Writes a part of a log, and how far it is read then; call it inside a transaction. */
import { createHash } from "node:crypto";
import type { Claim, KnownRun, LogPosition, StoreWriter } from "@ablate/store";
import { apply, type KnownMetrics } from "./apply.ts";
import { configText, seedIn } from "./config-text.ts";
import type { LiveFindings } from "./live-findings.ts";
import type { FoundLog, LogEntry, RunEntry } from "./log.ts";
import { usableName } from "./run-name.ts";

/** What is known of a run in the store. */
export type StoredLog = Pick<KnownRun, "id" | "name" | "state"> & {
  readonly metrics: KnownMetrics;
  /** Whether this process has the run. */
  readonly isOurs: boolean;
};

export type LogPart = {
  readonly entries: readonly LogEntry[];
  readonly positions: readonly LogPosition[];
};

type Context = {
  readonly found: FoundLog;
  readonly claim: Claim;
  readonly findings: LiveFindings;
};

/** Another process has begun the run of a log since this one has asked for it. */
export class BegunRunError extends Error {
  override readonly name = "BegunRunError";
  readonly run: KnownRun;

  constructor(run: KnownRun) {
    super(`another process has begun ${run.name}`);
    this.run = run;
  }
}

/** Returns the hash of the run that a log is of. */
export function logHash({ identity }: Pick<FoundLog, "identity">): string {
  return createHash("sha256")
    .update(JSON.stringify(["log", identity]))
    .digest("hex");
}

/** Returns what is known of the run afterwards. @throws BegunRunError */
export function writePart(
  writer: StoreWriter,
  before: StoredLog | null,
  { entries, positions }: LogPart,
  context: Context,
): StoredLog {
  const { claim } = context;
  const { token } = claim;
  let stored = before && { ...before, metrics: new Set(before.metrics) };
  for (const entry of entries) {
    if (entry.type === "run") stored = begin(writer, entry, stored, context);
    if (stored === null || entry.type === "run" || entry.type === "end") continue;
    stored = taken(writer, stored, claim);
    apply(writer, { runId: stored.id, token }, { entry, metrics: stored.metrics });
  }
  if (stored === null) throw new Error("a log says something of no run");
  stored = taken(writer, stored, claim);
  for (const position of positions) writer.setLogPosition(stored.id, token, position);
  const end = entries.findLast((entry) => entry.type === "end");
  const held = { runId: stored.id, token };
  context.findings.write(writer, held, end !== undefined || entries.length === 0);
  if (end === undefined) return stored;
  writer.endRun(stored.id, token, { ...end, snapshot: null });
  return { ...stored, state: end.state, isOurs: false };
}

/** Takes a run with what is recorded of it, where this process does not have it. */
function taken(writer: StoreWriter, stored: StoredLog, claim: Claim): StoredLog {
  if (stored.isOurs) return stored;
  writer.reopenRun(stored.id, claim);
  return { ...stored, state: "running", isOurs: true };
}

/** Takes a run with nothing recorded of it. */
function begin(
  writer: StoreWriter,
  entry: RunEntry,
  known: StoredLog | null,
  { found, claim }: Context,
): StoredLog {
  const { steps, provenance, parameters, startedAt = null } = entry;
  const config = configText(entry.config, seedIn(entry.config, entry.seed));
  const { id, name } = known ?? plan(writer, entry, found);
  writer.claimRun(id, claim, provenance, parameters, startedAt);
  if (known !== null) writer.describeRun(id, claim.token, { config, steps });
  return { id, name, state: "running", metrics: new Set(), isOurs: true };
}

function plan(
  writer: StoreWriter,
  entry: RunEntry,
  found: FoundLog,
): { readonly id: number; readonly name: string } {
  const { framework, steps } = entry;
  const { grid, label } = usableName(found);
  const seed = seedIn(entry.config, entry.seed);
  const hash = logHash(found);
  const begun = writer.recordedRuns([hash]).get(hash);
  if (begun !== undefined) throw new BegunRunError(begun);
  const run = {
    ...{ hash, name: `${grid}/${label}`, label, steps, seed },
    ...{ config: configText(entry.config, seed), engine: framework ?? "unknown" },
    source: found.format,
  };
  return writer.planRecorded(grid, run);
}
