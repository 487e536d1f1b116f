/** Numbers in the sentences of findings, the same on every machine. */

/** Three digits: `0.0314`, `27.9`, `3.1e-5`. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e");
  if (size >= 100) return grouped(value);
  return String(Number(value.toPrecision(3)));
}

/** `2.31`: losses, in nats. */
export function nats(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return Math.abs(value) < 1e6 ? value.toFixed(2) : value.toExponential(1);
}

/** `66 %`, one digit more below 10. */
export function percent(share: number): string {
  const hundredths = share * 100;
  return `${hundredths < 9.95 ? hundredths.toFixed(1) : hundredths.toFixed(0)} %`;
}

/** `10,000` */
export function grouped(value: number): string {
  return value.toFixed(0).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
