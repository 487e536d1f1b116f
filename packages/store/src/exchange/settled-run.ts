import type { RunState } from "../contract/plan.ts";
import type { Row } from "./files.ts";

/** A row of `run` on its way into another file, where nobody trains it. */
export type RunRow = Row & {
  readonly id: number;
  readonly name: string;
  readonly hash: string;
  readonly state: RunState;
  readonly claim: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly heartbeat_at: number | null;
  readonly last_step: number | null;
};

/** The claim stays behind, and with it what was running. */
export function settled(run: RunRow): RunRow {
  const still = { ...run, claim: null };
  if (run.state !== "running") return still;
  return { ...still, state: "interrupted", reason: "copied while it ran" };
}
