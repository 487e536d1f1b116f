import type { MetricNumbers } from "@ablate/store";

type Points = { readonly steps: number[]; readonly numbers: number[]; isRising: boolean };

/** Collects numbers by name, as a log says them. */
export class SeriesBuilder {
  readonly #all = new Map<string, Points>();

  add(name: string, step: number, number: number): void {
    let points = this.#all.get(name);
    if (points === undefined) {
      points = { steps: [], numbers: [], isRising: true };
      this.#all.set(name, points);
    }
    const { steps, numbers } = points;
    const last = steps.at(-1);
    if (last !== undefined && last >= step) {
      points.isRising &&= last === step;
      // Loggers say a step's number again when they know better.
      if (last === step) {
        numbers[numbers.length - 1] = number;
        return;
      }
    }
    steps.push(step);
    numbers.push(number);
  }

  /** Hands over what has come since the last time, each metric in the order of its steps. */
  take(): MetricNumbers[] {
    const taken = [...this.#all].map(([name, points]) => ({ name, ...sorted(points) }));
    this.#all.clear();
    return taken;
  }
}

/** Of a step that has several numbers the last one stays. */
function sorted({ steps, numbers, isRising }: Points): Omit<MetricNumbers, "name"> {
  if (isRising) return { steps: Float64Array.from(steps), numbers: Float64Array.from(numbers) };
  const all = new Map(steps.map((step, i) => [step, numbers[i] ?? Number.NaN]));
  const order = Float64Array.from(all.keys()).sort();
  return { steps: order, numbers: order.map((step) => all.get(step) ?? Number.NaN) };
}
