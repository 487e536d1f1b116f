/** Tells the state of a diagnosis from what a damaged or edited checkpoint may hold in its place. */
import { type DiagnosisState, isRule } from "@ablate/core";
import { isRecord } from "../config/canonical-json.ts";

/** Keys that checkpoints of every version have; others may be missing in those of older ones. */
const OF_EVERY_VERSION = {
  thresholds: [],
  loss: ["step", "initial", "mean", "variance"],
  updates: ["step", "bits"],
} as const;

/**
 * Says whether a value is what a diagnosis of this run leaves after `step` updates.
 *
 * @param fresh - what it leaves before its first step
 */
export function isDiagnosisState(
  value: unknown,
  { fresh, step }: { readonly fresh: DiagnosisState; readonly step: number },
): value is DiagnosisState {
  if (!isRecord(value) || typeof value.isInitialised !== "boolean") return false;
  for (const [part, keys] of Object.entries(OF_EVERY_VERSION)) {
    const found = value[part];
    if (!isRecord(found) || keys.some((key) => !(key in found))) return false;
    if (part !== "thresholds" && found.step !== step) return false;
  }
  return isFindingLog(value.ledger) && resembles(value, { ...fresh, ledger: null });
}

/** Says whether a value has the types of another one, as far as it has the same keys. */
function resembles(value: unknown, pattern: unknown): boolean {
  if (pattern === null || pattern === undefined) return true;
  if (typeof pattern === "number") return Number.isFinite(value);
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return false;
    if (pattern.length === 0) return value.every(Number.isFinite);
    return value.length === pattern.length && value.every((one, i) => resembles(one, pattern[i]));
  }
  if (!isRecord(pattern)) return typeof value === typeof pattern;
  if (!isRecord(value)) return false;
  return Object.keys(value).every((key) => resembles(value[key], pattern[key]));
}

/** Says whether these are findings, each with its topic and the step at which it was over. */
function isFindingLog(value: unknown): boolean {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(entry: unknown): boolean {
  if (!isRecord(entry) || typeof entry.topic !== "string" || !isRecord(entry.finding)) return false;
  const { rule, level, layer, param, step, message } = entry.finding;
  const isNamed = [layer, param].every((name) => name === null || typeof name === "string");
  const isOver = entry.over === null || Number.isFinite(entry.over);
  const isKnown = typeof rule === "string" && isRule(rule) && LEVELS.has(level);
  return isKnown && isNamed && isOver && Number.isFinite(step) && typeof message === "string";
}

const LEVELS: ReadonlySet<unknown> = new Set(["error", "warning", "info"]);
