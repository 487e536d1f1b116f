/** Entry of a process that says what tfjs computes with here: its backends take a second and 200 MB to load. */
import { loadEngine, TFJS_BACKENDS, type TfjsBackend } from "@ablate/core";

/** Which backends to load; all unless given. */
export type BackendQuestion = { readonly backend?: TfjsBackend | undefined };

/** Those that work here, best first, and why the others do not. */
export type BackendAnswer = {
  readonly backends: readonly { readonly backend: TfjsBackend; readonly version: string }[];
  readonly error: string | null;
};

process.on("disconnect", () => process.exit());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.once("message", async ({ backend }: BackendQuestion) => {
  const answer = await backendsHere(backend === undefined ? TFJS_BACKENDS : [backend]);
  process.send?.(answer, () => process.exit());
});

async function backendsHere(wanted: readonly TfjsBackend[]): Promise<BackendAnswer> {
  const backends: { readonly backend: TfjsBackend; readonly version: string }[] = [];
  let error: string | null = null;
  for (const backend of wanted) {
    try {
      const { version } = await loadEngine("tfjs", backend);
      backends.push({ backend, version: version ?? "" });
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
  }
  return { backends, error };
}
