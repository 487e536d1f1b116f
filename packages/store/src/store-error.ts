/** The store cannot be used as asked, in a way that the user can mend. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
