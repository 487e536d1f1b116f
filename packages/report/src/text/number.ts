/** Numbers as a report writes them; what is not known is a dash. */
const UNKNOWN = "–";

type Maybe = number | null | undefined;

function isKnown(value: Maybe): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A number with so many decimals and a true minus. */
export function fixed(value: Maybe, decimals: number): string {
  if (!isKnown(value)) return UNKNOWN;
  if (Math.abs(value) >= 1e6) return value.toExponential(1).replace("e+", "e").replace("-", "−");
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A loss in nats. */
export function nats(value: Maybe): string {
  return fixed(value, 4);
}

/** A whole number with separators. */
export function count(value: Maybe): string {
  return isKnown(value) ? String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",") : UNKNOWN;
}

/** A whole number in few characters: 950, 50k, 1.5M. */
export function short(value: number): string {
  if (Math.abs(value) < 1e4) return count(value);
  return value < 1e6
    ? `${Number((value / 1e3).toPrecision(3))}k`
    : `${Number((value / 1e6).toPrecision(3))}M`;
}

/** A share as a percentage, one digit more below 10. */
export function percent(share: Maybe): string {
  if (!isKnown(share)) return UNKNOWN;
  const hundredths = share * 100;
  return `${hundredths.toFixed(hundredths !== 0 && hundredths < 9.95 ? 1 : 0)} %`;
}

/** A number of any size in three digits: 0.0314, 4.2e−5. */
export function scaled(value: Maybe): string {
  if (!isKnown(value)) return UNKNOWN;
  const size = Math.abs(value);
  const isPlain = size === 0 || (size >= 1e-3 && size < 1e5);
  const text = isPlain
    ? String(Number(value.toPrecision(3)))
    : value.toExponential(1).replace("e+", "e");
  return text.replaceAll("-", "−");
}

/** A mean with what it spreads over, where there is more than one value. */
export function spread(
  { mean, std }: { readonly mean: Maybe; readonly std: Maybe },
  decimals = 4,
): string {
  return isKnown(std)
    ? `${fixed(mean, decimals)} ± ${fixed(std, decimals)}`
    : fixed(mean, decimals);
}

/** How many of something. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}
