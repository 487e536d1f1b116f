/** `frozen`, of parameters that nothing updates: the whole of a frozen part of a model is one finding. */
import { type Observation, observation } from "../finding.ts";

/** A part of a model that stands still, by its name, and how many parameters it has. */
type Part = { readonly name: string; readonly parameters: number };

/** Says which parts of a model nothing updates; it may be meant. */
export function untrainedParts(
  untrained: readonly string[],
  trained: readonly string[],
): Observation[] {
  return partsOf(untrained, trained).map(({ name, parameters }) => {
    const count = parameters > 1 ? ` (${parameters} parameters)` : "";
    const message = `${name}${count} is frozen: no optimizer updates it; fine if you froze it, else set requires_grad and give it to the optimizer`;
    return observation("frozen", { level: "warning", layer: name, step: 0, value: 0, message });
  });
}

/** Returns the fewest parts that have all still parameters and no moving one. */
function partsOf(still: readonly string[], moving: readonly string[]): Part[] {
  const isMoving = new Set(moving.flatMap(prefixesOf));
  const parts = new Map<string, number>();
  for (const name of still) {
    const part = prefixesOf(name).find((prefix) => !isMoving.has(prefix)) ?? name;
    parts.set(part, (parts.get(part) ?? 0) + 1);
  }
  return [...parts].map(([name, parameters]) => ({ name, parameters }));
}

/** Returns a name's prefixes from the shortest on, itself last: `a`, `a.b`, `a.b.weight`. */
function prefixesOf(name: string): string[] {
  const words = name.split(/([./])/);
  return words.flatMap((_, i) => (i % 2 === 0 ? words.slice(0, i + 1).join("") : []));
}
