/** What the figures were measured on, and how often. */
import { cpus } from "node:os";

export type Machine = Readonly<Record<string, string | number>>;

export function machine(): Machine {
  const { node = "", v8 = "" } = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    node,
    v8,
    os: process.platform,
  };
}

/** The whole number, from 1, that a flag takes. */
export function positive(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${flag} takes a whole number from 1, not "${text}"`);
}

/** The number, above 0, that a flag takes. */
export function aboveZero(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`--${flag} takes a number above 0, not "${text}"`);
}
