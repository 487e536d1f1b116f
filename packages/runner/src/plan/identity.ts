import { createHash } from "node:crypto";
import type { ResolvedConfig } from "../spec/config.ts";

/** The identity of a data file: sha256 of its bytes, hex. */
export function dataHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The identity of a run: sha256, hex, of what decides its numbers. Where the data lies and what is
 * recorded is not part of it.
 */
export function runHash(resolved: ResolvedConfig, dataHash: string): string {
  const { data, model, init, train, seed, engine } = resolved;
  const { context, shuffle_seed } = data;
  const identity = {
    data: { hash: dataHash, context, shuffle_seed },
    model,
    init,
    train,
    seed,
    engine,
  };
  return createHash("sha256").update(canonicalJson(identity)).digest("hex");
}

/** JSON with sorted keys; a number has one spelling, JavaScript's shortest. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isRecord(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
