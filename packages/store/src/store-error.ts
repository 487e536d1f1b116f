/** The store cannot be used as asked, in a way that the user can mend. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** There is a file, and nothing in it: who makes a store was killed at it, or is just at it. */
export class EmptyStoreError extends StoreError {}

/** Another process has taken or ended the run that this one held. */
export class LostClaimError extends StoreError {}

/** The file does not take what is written. Nothing of it is stored, so that it may be tried again. */
export class StorageError extends StoreError {
  /** Trying again is of no use. */
  readonly isLasting: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isLasting?: boolean } = {}) {
    super(message, options);
    this.isLasting = options.isLasting ?? false;
  }
}
