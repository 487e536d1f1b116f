/** What happens on the way to workers of other machines, as lines that stay. */
import type { GridEvent } from "@ablate/runner";
import { bytes, count, counted, duration } from "@ablate/text";
import type { Paint } from "../../command-line/terminal.ts";

type Of<Name extends GridEvent["event"]> = Extract<GridEvent, { readonly event: Name }>;

export function remoteLine(
  event: Of<"database" | "workers" | "outbox" | "evicted">,
  paint: Paint,
): string {
  switch (event.event) {
    case "database":
      return databaseLine(event, paint);
    case "workers":
      return workersLine(event, paint);
    case "outbox":
      return outboxLine(event, paint);
    case "evicted": {
      const where = event.host === null ? "its worker" : `its worker on ${event.host}`;
      const at = event.from === 0 ? "" : ` at step ${count(event.from)}`;
      return `${event.run}: ${where} was told to stop; another worker continues it${at}`;
    }
  }
}

function databaseLine({ state, database, error, seconds }: Of<"database">, paint: Paint): string {
  if (state === "connected") return `${paint("green", "database")}: connected to ${database}`;
  if (state === "waiting") {
    return `${paint("yellow", "database")}: ${error}; workers continue, and ablate tries again until it answers`;
  }
  return `${paint("green", "database")}: answers again, after ${duration(Math.ceil(seconds))}`;
}

function workersLine({ workers, slots, database }: Of<"workers">, paint: Paint): string {
  if (workers === 0) {
    const none = paint("yellow", "no worker is connected");
    return `${none}; start one on any machine: \`ablate worker ${database}\``;
  }
  const most = slots === workers ? "" : `, ${counted(slots, "run")} at a time`;
  return `${counted(workers, "worker")} ${workers === 1 ? "is" : "are"} there${most}`;
}

function outboxLine({ state, bytes: size, limit }: Of<"outbox">, paint: Paint): string {
  if (state === "over") return `${paint("green", "outbox")}: has room again; workers go on`;
  const full = `${bytes(size)} of ${bytes(limit)} wait to be stored`;
  return `${paint("yellow", "outbox")}: ${full}; workers wait until there is room (--max-outbox)`;
}
