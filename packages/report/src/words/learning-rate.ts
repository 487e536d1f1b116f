import type { Facts } from "../data/facts.ts";
import { count } from "../text.ts";

/** How the learning rate changes, where it does so in the same way in all runs; else nothing. */
export function learningRateWords({ runs }: Facts): string {
  const ids = new Set(
    runs.map(({ settings }) => settings.find(({ key }) => key === "train.lr")?.id),
  );
  const rates = runs[0]?.settings.find(({ key }) => key === "train.lr")?.value;
  if (ids.size !== 1 || typeof rates !== "object" || rates === null) return "";
  const [first, ...later] = Object.entries(rates);
  if (first === undefined || later.length === 0) return "";
  const changes = later.map(([step, rate]) => `from step ${count(Number(step))} on ${rate}`);
  return ` The learning rate is ${first[1]}, ${changes.join(", ")}.`;
}
