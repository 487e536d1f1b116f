import { loss } from "@ablate/text";
/** Series of values by step: what the store calls them, their titles and their values in words. */

/** What the series of update:data ratios are called in a store, before the parameter's name. */
export const RATIO = "log10_ratio:";

/** Returns the title of a series. */
export function seriesTitle(series: string): string {
  const titles: Readonly<Record<string, string>> = {
    lr: "learning rate",
    train_loss: "training split, nats",
    valid_loss: "validation split, nats",
    test_loss: "test split, nats",
    loss: "loss, nats",
  };
  return titles[series] ?? series.replace(RATIO, "log10 update:data of ");
}

/** Writes a value of a series, losses and ratios with the digits they deserve. */
export function seriesValue(series: string, value: number): string {
  if (series.startsWith(RATIO)) return value.toFixed(2).replace("-", "−");
  if (series === "lr") return String(Number(value.toPrecision(4)));
  return Math.abs(value) >= 1e5 ? loss(value) : value.toFixed(value >= 1000 ? 1 : 4);
}
