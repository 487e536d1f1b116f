/** What `ablate record` says while it records, a line each. */
import type { RecordEvent } from "@ablate/record";
import { count, duration, loss } from "@ablate/text";

/** Returns what an event says to a user; null where it is no news. */
export function logSentence(event: RecordEvent): string | null {
  switch (event.event) {
    case "ended": {
      const { run, step, state, reason, error } = event;
      const known = event.loss === null ? "" : `, loss ${loss(event.loss)}`;
      const why = error ?? (reason === state ? null : reason);
      return `${run}: ${count(step)} steps${known}, ${state}${why === null ? "" : ` (${why})`}`;
    }
    case "unchanged":
      return event.isTrashed
        ? `${event.run}: in the trash, stays there`
        : `${event.run}: nothing new, ${event.state}`;
    case "held":
      return event.host === null
        ? `${event.run}: another process has taken it`
        : `${event.run}: process ${event.pid} on ${event.host} records it`;
    case "trouble":
      return event.message;
    case "storage":
      return storageText(event);
    default:
      return null;
  }
}

function storageText(event: Extract<RecordEvent, { event: "storage" }>): string | null {
  const seconds = duration(event.seconds);
  if (event.state === "waiting") return `${event.error}; tried again for ${duration(event.limit)}`;
  return event.state === "over" ? `the store is written again, after ${seconds}` : null;
}
