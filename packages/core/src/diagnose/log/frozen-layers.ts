/** `frozen`: parameters that stand still. All of a part of a model that does is one finding. */
import { type Observation, observation } from "../finding.ts";

/** A part of a model that stands still, by its name. */
type Part = { readonly name: string; readonly parameters: number; readonly since: number };

/** Says which parts of a model nothing updates; that may be meant. */
export function untrainedParts(
  untrained: readonly string[],
  trained: readonly string[],
): Observation[] {
  const still = new Map(untrained.map((name) => [name, 0]));
  return partsOf(still, trained).map((part) =>
    frozen(
      part,
      "no optimizer updates it; fine if you froze it, else set requires_grad and pass it to the optimizer",
    ),
  );
}

/**
 * Says which parts do not move although an optimizer has them.
 *
 * @param still - names, and the step since which each stands still
 */
export function frozenParts(
  still: ReadonlyMap<string, number>,
  moving: readonly string[],
): Observation[] {
  return partsOf(still, moving).map((part) =>
    frozen(
      part,
      "update:data is 0, no gradient arrives; look for detach(), torch.no_grad() or a part that forward() does not use",
    ),
  );
}

function frozen({ name, parameters, since }: Part, why: string): Observation {
  const count = parameters > 1 ? ` (${parameters} parameters)` : "";
  const message = `${name}${count} frozen: ${why}`;
  return observation("frozen", { level: "warning", layer: name, step: since, value: 0, message });
}

/** Returns the fewest parts that have all still parameters and no moving one. */
function partsOf(still: ReadonlyMap<string, number>, moving: readonly string[]): Part[] {
  const isMoving = new Set(moving.flatMap(prefixesOf));
  const parts = new Map<string, Part>();
  for (const [one, step] of still) {
    const name = prefixesOf(one).find((prefix) => !isMoving.has(prefix)) ?? one;
    const { parameters = 0, since = step } = parts.get(name) ?? {};
    parts.set(name, { name, parameters: parameters + 1, since: Math.min(since, step) });
  }
  return [...parts.values()];
}

/** Returns a name's prefixes from the shortest on, itself last: `a`, `a.b`, `a.b.weight`. */
function prefixesOf(name: string): string[] {
  const words = name.split(/([./])/);
  return words.flatMap((_, i) => (i % 2 === 0 ? [words.slice(0, i + 1).join("")] : []));
}
