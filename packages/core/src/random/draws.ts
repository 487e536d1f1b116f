/** Draws of PyTorch by name, and how many 32-bit outputs of the generator each uses up. */
import { TorchGenerator } from "./torch-generator.ts";

/** `randn`: N(0, 1); `rand`: U(0, 1); `exponential`: of rate 1; `randint`: whole numbers below a bound. */
export const DISTRIBUTIONS = ["randn", "rand", "exponential", "randint"] as const;

export type RandomDistribution = (typeof DISTRIBUTIONS)[number];

export type Draws = {
  readonly seed: number | string;
  /** Outputs that are passed over first. */
  readonly skip: number;
  readonly from: RandomDistribution;
  readonly count: number;
  /** What `randint` stays below. */
  readonly below: number;
};

/** Returns numbers that PyTorch draws at once from a generator of this seed. */
export function drawNumbers({ seed, skip, from, count, below }: Draws): ArrayLike<number> {
  const generator = new TorchGenerator(seed);
  generator.skip(skip);
  if (from !== "randint") return generator[from](count);
  return Float64Array.from({ length: count }, () => generator.randint(below));
}

/** Below this many, normal numbers are drawn in pairs, in doubles. */
const FEW = 16;

/** Returns how many outputs it takes a fresh generator to draw so many numbers at once. */
export function outputsOf(from: RandomDistribution, count: number): number {
  switch (from) {
    case "rand":
    case "randint":
      return count;
    case "exponential":
      return 2 * count;
    case "randn":
      // A last block that is not full is drawn anew, whole.
      return count < FEW ? 4 * Math.ceil(count / 2) : count + (count % FEW === 0 ? 0 : FEW);
  }
}
