/** What keeps the native part away and the user can do something about: one sentence, no stack. */
export class ProvisionError extends Error {
  override readonly name = "ProvisionError";
}

/** The sentence of any error: what failed at the very bottom, without "fetch failed" around it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || error.name;
}

/** The code of a system error (`ENOSPC`), empty for every other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
