/** A filter is mistyped. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  /** Where the first mistake is, counted from 0. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(`filter: ${message}`);
    this.at = at;
  }
}
