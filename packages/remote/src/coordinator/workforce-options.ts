import type { GridEvent } from "@ablate/runner";
import type { Address } from "../database/address.ts";
import type { HeldStoreError, StoreFacts } from "../wire/store-lock.ts";

export type WorkforceOptions = {
  readonly address: Address;
  readonly facts: StoreFacts;
  readonly onEvent: (event: GridEvent) => void;
  /** Another coordinator has taken the store: this one must not write any more. */
  readonly onLost: (error: HeldStoreError) => void;
};
