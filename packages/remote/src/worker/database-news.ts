/** Tells of a database that does not answer: once, when that has lasted a moment, and once when it is over. */
import type { Database } from "../database/database.ts";
import type { RemoteWorkerEvent } from "./worker-event.ts";

/** A connection that comes back within this time is nothing to tell of. */
const MOMENT_MS = 1000;

/** Returns what ends it. */
export function tellOfTrouble(
  database: Pick<Database, "trouble" | "onTrouble">,
  onEvent: (event: RemoteWorkerEvent) => void,
): () => void {
  let since: number | null = null;
  let isTold = false;
  let timer: NodeJS.Timeout | undefined;
  const seconds = (): number => (performance.now() - (since ?? 0)) / 1000;
  const hear = (trouble: string | null): void => {
    if (trouble !== null && since === null) {
      since = performance.now();
      timer = setTimeout(() => {
        isTold = true;
        const error = database.trouble ?? trouble;
        onEvent({ event: "database", state: "waiting", error, seconds: seconds() });
      }, MOMENT_MS);
    }
    if (trouble !== null) return;
    clearTimeout(timer);
    if (isTold) onEvent({ event: "database", state: "over", error: null, seconds: seconds() });
    since = null;
    isTold = false;
  };
  database.onTrouble(hear);
  if (database.trouble !== null) hear(database.trouble);
  return () => clearTimeout(timer);
}
