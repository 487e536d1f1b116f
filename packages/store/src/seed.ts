/**
 * A seed as PyTorch takes it, an integer from -2^63 to 2^64 - 1: one that a number does not hold is its decimal digits.
 */
export type Seed = number | string;

/** Orders seeds by size, one that is not known first. */
export function compareSeeds(a: Seed | null, b: Seed | null): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : Number(difference > 0n);
}

/**
 * Returns what the column of a seed holds. Readers of older versions take it for a number, which many digits are not: it
 * then is what a generator makes of the seed, its low 32 bits, and the seed itself is in the config.
 */
export function seedColumn(seed: Seed | null): number {
  if (seed === null) return 0;
  return typeof seed === "number" ? seed : Number(BigInt.asUintN(32, BigInt(seed)));
}

/** SQL of whether the seed in the config of a run `r` is a whole number, or the text of one. */
const SAYS_SEED = `(json_type(r.config, '$.seed') = 'integer' or
  (json_type(r.config, '$.seed') = 'text' and r.config ->> '$.seed' not glob '*[^0-9]*'
    and r.config ->> '$.seed' <> ''))`;

/**
 * SQL of the seed of a run `r`: the text in its config where the column is not all of it; of a recorded run what its
 * config says, if that is a seed.
 */
export const SEED_SQL: string = `case
  when r.source is not null then
    case when json_valid(r.config) then iif(${SAYS_SEED}, r.config ->> '$.seed', null) end
  when instr(r.config, '"seed":"') > 0 and json_valid(r.config) and json_type(r.config, '$.seed') = 'text'
    then r.config ->> '$.seed' else r.seed end`;
