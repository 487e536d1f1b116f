/** Places of labels in the order given, moved apart so that they do not cover each other. */
export function spaced(
  wanted: readonly number[],
  { gap, low, high }: { readonly gap: number; readonly low: number; readonly high: number },
): readonly number[] {
  const order = [...wanted.keys()].sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = new Float64Array(wanted.length);
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(floor, Math.min(wanted[i] ?? 0, high));
    floor = (placed[i] ?? 0) + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    placed[i] = Math.min(placed[i] ?? 0, ceiling);
    ceiling = (placed[i] ?? 0) - gap;
  }
  return [...placed];
}
