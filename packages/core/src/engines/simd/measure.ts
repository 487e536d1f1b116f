import type { Examples } from "../../data/dataset.ts";
import { forward, type Network } from "./network.ts";

/**
 * Makes every batch norm hold the moments of all `examples`: one pass over the data for each norm, through the modules
 * below it, whose moments are known by then.
 *
 * @param tiles - brings so many of them into memory at a time, and says how many
 */
export function measureMoments(
  network: Network,
  { count }: Pick<Examples, "count">,
  tiles: () => Iterable<number>,
): void {
  for (const norm of network.norms) {
    const end = network.modules.indexOf(norm);
    norm.clearSums();
    for (const examples of tiles()) {
      forward(network, examples, "held", { end });
      norm.addToSums(examples);
    }
    norm.holdSummed(count);
  }
}
