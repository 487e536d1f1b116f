/**
 * Student's t distribution with a whole number of degrees of freedom.
 * With theta = atan(t / sqrt(df)), P(|T| <= t) is a finite sum of powers of cos(theta).
 *
 * Source: Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
 */
function withinShare(t: number, df: number): number {
  const theta = Math.atan(t / Math.sqrt(df));
  const cosSquared = Math.cos(theta) ** 2;
  const isOdd = df % 2 === 1;
  let term = isOdd ? Math.cos(theta) : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = isOdd ? 3 : 2; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * cosSquared;
    sum += term;
  }
  const product = Math.sin(theta) * sum;
  return isOdd ? (2 / Math.PI) * (theta + product) : product;
}

/**
 * The t within which a share of the distribution lies, around 0: 12.706 for 0.95 and one degree of freedom.
 *
 * @param share - in (0, 1)
 * @param df - degrees of freedom, a whole number from 1 on
 */
export function twoSidedT(share: number, df: number): number {
  let low = 0;
  let high = 1;
  while (withinShare(high, df) < share) high *= 2;
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (withinShare(middle, df) < share) low = middle;
    else high = middle;
  }
  return high;
}
