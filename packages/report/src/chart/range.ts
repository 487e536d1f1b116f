/** A range of round numbers around values: ticks of its step begin and end it. */
export function roundRange(
  low: number,
  high: number,
): { readonly min: number; readonly max: number; readonly interval: number } {
  const span = high > low ? high - low : Math.abs(low) || 1;
  const power = 10 ** Math.floor(Math.log10(span / TICKS));
  const step = (STEPS.find((one) => one * power >= (span / TICKS) * (1 - 1e-9)) ?? 10) * power;
  const exact = (value: number): number => Number(value.toPrecision(10));
  const min = exact(Math.floor(low / step + 1e-9) * step);
  const max = exact(Math.ceil(high / step - 1e-9) * step);
  return { min, max: max > min ? max : exact(min + step), interval: exact(step) };
}

const TICKS = 6;
const STEPS = [1, 2, 5, 10];
