/**
 * The normal distribution below -x, for x from 0 on, in double precision: by the series around 0, or by the continued
 * fraction of Laplace (Abramowitz & Stegun, 26.2.10 and 26.2.14).
 */
export function normalTail(x: number): number {
  const peak = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (x < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 3; Math.abs(term) > 1e-18 * sum; n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 - peak * sum;
  }
  let fraction = x;
  for (let n = 200; n > 0; n--) fraction = x + n / fraction;
  return peak / fraction;
}
