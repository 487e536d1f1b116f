/** Numbers of a layer in few characters, and what it is called. */
import { loss, shortNumber, UNKNOWN } from "@ablate/text";

/**
 * Writes three digits and more if asked, a whole number in full, without more in at most seven cells: 0.748, −12.3,
 * 1234, 3.1e−5.
 */
export function brief(value: number | undefined, more = 0): string {
  if (value === undefined || Number.isNaN(value)) return UNKNOWN;
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (Number.isInteger(value) && size < 1e6) return String(value).replace("-", "−");
  const isPlain = size >= 1e-3 && size < 1e4;
  const text = isPlain
    ? shortNumber(value, (size < 0.01 ? 2 : 3) + more)
    : value.toExponential((size < 1e-9 ? 0 : 1) + more).replace("e+", "e");
  return text.replaceAll("-", "−");
}

/** Writes a share as 20.3 %; only 0 is written as 0. */
export function percent(share: number): string {
  if (Number.isNaN(share)) return UNKNOWN;
  if (share === 0) return "0 %";
  if (share < 0.001) return "<0.1 %";
  return `${(100 * share).toFixed(share >= 0.9995 ? 0 : 1)} %`;
}

/** Says how many units are dead, and which, as far as there is room: `3 (4 17 60)`. */
export function deadText(dead: Int32Array, room: number): string {
  if (dead.length === 0) return "0";
  const names = unitNames(dead, room - `${dead.length} ()`.length);
  return names === "" ? String(dead.length) : `${dead.length} (${names})`;
}

/** Lists units by index, as many as fit, with an ellipsis for the rest. */
export function unitNames(units: Int32Array, room: number): string {
  let text = "";
  for (const [i, unit] of units.entries()) {
    const next = `${text}${i === 0 ? "" : " "}${unit}`;
    const isLast = i === units.length - 1;
    if (next.length > room - (isLast ? 0 : 2)) return text === "" ? "" : `${text} …`;
    text = next;
  }
  return text;
}

/** Returns what a layer is called: a mere number, as in a sequence of modules, says that it is a layer. */
export function layerTitle(name: string): string {
  return /^\d+$/.test(name) ? `layer ${name}` : name;
}

/** Writes the loss of a probe; of a small one three digits that are not 0. */
export function probeLoss(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e-3 || size === 0) return loss(value);
  return size < 1e-9 ? brief(value) : loss(value, Math.floor(-Math.log10(size)) - 1);
}
