/** The store cannot be used as asked, in a way that the user can mend. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
}

/** Another process that is there has the run. */
export class HeldRunError extends StoreError {
  readonly pid: number | null;
  readonly host: string | null;

  constructor(run: string, { pid, host }: Pick<HeldRunError, "pid" | "host">) {
    super(`run ${run} is being trained by process ${pid} on ${host}; wait for it or stop it first`);
    this.pid = pid;
    this.host = host;
  }
}

/** Another process has taken or ended the run that this one held. */
export class LostClaimError extends StoreError {}

/** The file is there and has nothing in it: a store is being made, or was never finished. */
export class EmptyStoreError extends StoreError {}

/** The file does not take what is written. Nothing of it is stored, so that it may be tried again. */
export class StorageError extends StoreError {
  /** Trying again is of no use. */
  readonly isLasting: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isLasting?: boolean } = {}) {
    super(message, options);
    this.isLasting = options.isLasting ?? false;
  }
}

/** What is stored is not what was written. */
export class DamageError extends StoreError {
  override readonly name = "DamageError";

  /** Says which run it is about where that is not said yet. */
  of(run: string): DamageError {
    const { message } = this;
    if (message.includes(run)) return this;
    return new DamageError(`${run} is damaged: ${message}; ${REMEDY}`, { cause: this });
  }
}

/** What to do about a damaged run. */
export const REMEDY: string =
  "`ablate doctor --repair` sets it aside; then `ablate run` trains it again, or `ablate record` reads its log again";

/** Reads something of a run; what is damaged there says whose it is. */
export function readingRun<T>(run: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof DamageError ? error.of(run) : error;
  }
}
