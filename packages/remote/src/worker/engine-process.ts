/** Entry of a process that loads an engine and says on what it runs: the backends of tfjs take a second and 200 MB. */
import { type EngineName, loadEngine, type TfjsBackend } from "@ablate/core";

/** What it is asked and what it answers. */
export type EngineQuestion = { readonly engine: EngineName; readonly backend?: TfjsBackend };
export type EngineAnswer =
  | { readonly backend: string; readonly version: string | null }
  | { readonly error: string };

process.on("disconnect", () => process.exit());
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.once("message", ({ engine, backend }: EngineQuestion) => {
  loadEngine(engine, backend)
    .then(
      (loaded): EngineAnswer => ({ backend: loaded.backend, version: loaded.version }),
      (error: unknown): EngineAnswer => ({
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((answer) => process.send?.(answer, () => process.exit()));
});
