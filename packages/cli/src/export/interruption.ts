/** The user has stopped the command before it was done. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Lets signals arrive; to be called now and then by what takes long. */
export async function unlessAborted(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new Interruption("stopped by the user");
}
