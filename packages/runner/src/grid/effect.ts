import type { Problem } from "../config/config-error.ts";

/** Whether one run makes use of a value that was written; the problem is what to say where none does. */
export type Effect = { readonly isUsed: boolean; readonly problem: Problem };
