const BLOCKS = "▁▂▃▄▅▆▇█";

/** Values as one line of blocks from the lowest to the highest; a gap where there is none. */
export function sparkline(values: readonly (number | null)[]): string {
  const finite = values.filter((value) => value !== null && Number.isFinite(value));
  const low = Math.min(...finite.map(Number));
  const high = Math.max(...finite.map(Number));
  const top = BLOCKS.length - 1;
  return values
    .map((value) => {
      if (value === null || !Number.isFinite(value)) return " ";
      return BLOCKS[high > low ? Math.round(((value - low) / (high - low)) * top) : 0];
    })
    .join("");
}

/** At most `width` means of neighbouring values. */
export function shrink(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const part = values.slice(from, Math.floor(((i + 1) * values.length) / width));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
