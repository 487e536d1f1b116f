import { setTimeout as delay } from "node:timers/promises";
import type { Trainer } from "@ablate/core";

const POLL_MS = 5;

/** Resolves when a run is computed by so many threads. */
export async function joined({ team }: Pick<Trainer, "team">, threads: number): Promise<void> {
  team?.want(threads);
  while (team !== null && team.size < threads) {
    if (team.refusal !== null) throw new Error(`${threads} threads: ${team.refusal}`);
    await delay(POLL_MS);
    team.admit();
  }
}
