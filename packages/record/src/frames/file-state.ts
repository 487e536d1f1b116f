/** What reading on in a file of frames needs beside its position. */
import type { LogPosition } from "@ablate/store";
import { isObject, isWhole } from "../json-values.ts";
import type { EndEntry } from "../log.ts";

export type FileState = {
  /** That of its run: a file that was moved is known by it. */
  readonly id: string;
  /** Where it was. */
  readonly path: string;
  /** Where what is not read begins, in bytes. */
  readonly position: number;
  /** The step that comes next. */
  readonly next: number;
  /** Seconds of its process so far. */
  readonly seconds: number;
  /** What its last frame says. */
  readonly end: Pick<EndEntry, "state" | "reason" | "error"> | null;
  /** How long the file was when it was found damaged. */
  readonly damagedAt: number | null;
};

export function unread({ id, path }: Pick<FileState, "id" | "path">): FileState {
  return { id, path, position: 0, next: 0, seconds: 0, end: null, damagedAt: null };
}

export function positionOf(state: FileState): LogPosition {
  const { path, position, ...others } = state;
  return { path, format: "frames", position, state: JSON.stringify(others) };
}

/** Reads what was stored; undefined where it is of no file of frames. */
export function stateAt({ path, position, state }: LogPosition): FileState | undefined {
  const value: unknown = JSON.parse(state);
  if (!isObject(value) || !isWhole(value.next) || typeof value.id !== "string") return undefined;
  const { id, next, seconds, end = null, damagedAt = null } = value;
  return {
    ...{ id, path, position, next, end: isObject(end) ? endOf(end) : null },
    seconds: typeof seconds === "number" ? seconds : 0,
    damagedAt: isWhole(damagedAt) ? damagedAt : null,
  };
}

function endOf({ state, reason, error }: Readonly<Record<string, unknown>>): FileState["end"] {
  const known = (["finished", "failed", "stopped"] as const).find((one) => one === state);
  return {
    state: known ?? "interrupted",
    reason: String(reason),
    error: typeof error === "string" ? error : null,
  };
}
