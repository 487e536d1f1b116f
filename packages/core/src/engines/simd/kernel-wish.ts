import { EngineError } from "../engine.ts";

/** The variable by which users and tests ask for other kernels than the best ones; all have the same bits. */
export const KERNELS_VARIABLE = "ABLATE_KERNELS";

/**
 * What the variable takes, several separated by commas.
 * `soft`: the module without the fused instruction. `unpaired`: no vectors of 256 bits. `wide`, `narrow`: the tiles of
 * products. `differing`: the self-test finds a difference in what V8 has compiled in pairs, for tests of what happens
 * then.
 */
export const KERNEL_WISHES = ["soft", "unpaired", "wide", "narrow", "differing"] as const;

export type KernelWish = (typeof KERNEL_WISHES)[number];

/**
 * Reads the kernels that the variable `ABLATE_KERNELS` asks for.
 *
 * @throws EngineError - the variable has another word, or two that exclude each other
 */
export function kernelWishes(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlySet<KernelWish> {
  const given = environment[KERNELS_VARIABLE] ?? "";
  const wishes = new Set<KernelWish>();
  for (const word of given.split(",").map((text) => text.trim())) {
    if (word === "") continue;
    const wish = KERNEL_WISHES.find((name) => name === word);
    if (wish === undefined) throw wrong(given, `it takes ${KERNEL_WISHES.join(", ")}`);
    wishes.add(wish);
  }
  if (wishes.has("wide") && wishes.has("narrow")) throw wrong(given, "tiles are wide or narrow");
  return wishes;
}

function wrong(given: string, why: string): EngineError {
  return new EngineError(`${KERNELS_VARIABLE} is "${given}"; ${why}`);
}
