/** The last losses of a run, so many of them at most. */
export class LatestLosses {
  readonly #values: Float64Array;
  #count = 0;
  /** Where the next one goes: in place of the oldest, once there are enough. */
  #next = 0;

  constructor(most: number, losses: readonly number[]) {
    this.#values = new Float64Array(most);
    for (const loss of losses) this.push(loss);
  }

  get count(): number {
    return this.#count;
  }

  push(loss: number): void {
    const { length } = this.#values;
    this.#values[this.#next] = loss;
    this.#next = this.#next + 1 === length ? 0 : this.#next + 1;
    if (this.#count < length) this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
    this.#next = 0;
  }

  /** Returns them in the order of steps. */
  values(): number[] {
    const values = this.#values.subarray(0, this.#count);
    return [...values.subarray(this.#next), ...values.subarray(0, this.#next)];
  }

  /** Returns their sum, added up in the order of steps. */
  sum(): number {
    let sum = 0;
    for (let i = this.#next; i < this.#count; i++) sum += this.#values[i] ?? 0;
    for (let i = 0; i < this.#next; i++) sum += this.#values[i] ?? 0;
    return sum;
  }
}
