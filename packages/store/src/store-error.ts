/** The store cannot be used as asked, in a way that the user can mend. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Another process has taken or ended the run that this one held. */
export class LostClaimError extends StoreError {}

/** The file is there and has nothing in it: a store is being made, or was never finished. */
export class EmptyStoreError extends StoreError {}
