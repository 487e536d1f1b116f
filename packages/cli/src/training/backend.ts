/** What the environment says of the engine tfjs. */
import { TFJS_BACKENDS, type TfjsBackend } from "@ablate/core";
import { UsageError } from "../command-line/errors.ts";
import type { Terminal } from "../command-line/terminal.ts";

const VARIABLE = "ABLATE_TFJS_BACKEND";

/** The backend that the user wants instead of the best one that works. */
export function wantedBackend({ environment }: Terminal): TfjsBackend | undefined {
  const given = environment[VARIABLE];
  if (given === undefined || given === "") return undefined;
  const backend = TFJS_BACKENDS.find((name) => name === given);
  if (backend !== undefined) return backend;
  throw new UsageError(`${VARIABLE} is "${given}"; it takes ${TFJS_BACKENDS.join(", ")}`);
}
