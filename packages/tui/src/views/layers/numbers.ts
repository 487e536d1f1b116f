/** Numbers of a layer in few characters, and what it is called. */
import { loss, UNKNOWN } from "@ablate/text";
import { brief } from "../brief.ts";

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
