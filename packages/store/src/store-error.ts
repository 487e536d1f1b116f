/** The store cannot be used as asked, in a way that the user can mend. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** Another process has taken or ended the run that this one held. */
export class LostClaimError extends StoreError {}

/** What is stored is not what was written. */
export class DamageError extends StoreError {
  override readonly name = "DamageError";
}
