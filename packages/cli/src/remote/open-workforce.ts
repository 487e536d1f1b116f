/** The workers of other machines, for a grid that is trained with --on. */
import { hostname } from "node:os";
import type { Address, RemoteWorkforce } from "@ablate/remote";
import type { GridEvent } from "@ablate/runner";
import type { StoreWriter } from "@ablate/store";

/** Where runs are handed out, and how many bytes of what comes of them may wait there for the store. */
export type Remote = { readonly address: Address; readonly maxOutbox: number | undefined };

/** What workers send in a quarter of an hour or more while nobody stores it. */
const MOST_WAITING = 1e9;

/**
 * @throws HeldStoreError - another coordinator has the store
 * @throws DatabaseError - the database cannot be connected, or refuses what trying again does not change
 */
export async function openWorkforce(
  { address, maxOutbox = MOST_WAITING }: Remote,
  facts: { readonly store: StoreWriter; readonly grid: string; readonly version: string },
  on: {
    readonly event: (event: GridEvent) => void;
    /** Another coordinator has taken the store: nothing more may be written. */
    readonly lost: (error: Error) => void;
  },
): Promise<RemoteWorkforce> {
  const { RemoteWorkforce } = await import("@ablate/remote");
  const { grid, version } = facts;
  const store = facts.store.storeId();
  return RemoteWorkforce.open({
    address,
    facts: { store, grid, host: hostname(), pid: process.pid, version, maxOutbox },
    onEvent: on.event,
    onLost: on.lost,
  });
}
