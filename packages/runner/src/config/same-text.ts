import { parse } from "yaml";
import { canonicalJson } from "./canonical-json.ts";

/** Says whether two texts of configs say the same, whatever their layout and comments. */
export function isSameText(a: string, b: string): boolean {
  if (a === b) return true;
  try {
    return canonicalJson(parse(a)) === canonicalJson(parse(b));
  } catch {
    return false;
  }
}
