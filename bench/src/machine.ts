/** What the figures were measured on, and how often. */
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

export type Machine = Readonly<Record<string, string | number>>;

export function machine(): Machine {
  const { node = "", v8 = "" } = process.versions;
  return {
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"}${linuxCpu()}`,
    cores: cpus().length,
    node,
    v8,
    os: process.platform,
  };
}

/** What the name of a virtual processor hides: its family, and how wide its vectors are. */
function linuxCpu(): string {
  if (!existsSync("/proc/cpuinfo")) return "";
  const info = readFileSync("/proc/cpuinfo", "utf8");
  const fieldOf = (key: string): string =>
    new RegExp(`^${key}\\s*: (.*)$`, "m").exec(info)?.[1] ?? "";
  const [family, model] = [fieldOf("cpu family"), fieldOf("model")];
  if (family === "") return "";
  const flags = fieldOf("flags").split(" ");
  const widest = ["avx512f", "avx2", "fma"].filter((flag) => flags.includes(flag)).join(" ");
  return ` (family ${family}, model ${model}${widest === "" ? "" : `, ${widest}`})`;
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
