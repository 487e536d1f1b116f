/** Sizes as people type them: `500MB`, `1.5 GB`, `2GiB`. */

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Returns the bytes of a size, or null where it is none; it has a unit, and small letters mean the same. */
export function readSize(text: string): number | null {
  const [, value, letters = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const known = Object.entries(UNITS).find(([unit]) => isSame(unit, letters));
  return value === undefined || known === undefined ? null : Math.round(Number(value) * known[1]);
}

/** Compares units; `G` is short for `GB`, as in many programs. */
function isSame(unit: string, letters: string): boolean {
  const [one, other] = [unit.toLowerCase(), letters.toLowerCase()];
  return one === other || (one.length === 2 && one === `${other}b`);
}
