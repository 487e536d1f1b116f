import { firstOf } from "@ablate/text";
import type { Database } from "better-sqlite3";

/** What was found out about one side of a store. */
export type StoreCheck = {
  readonly check: string;
  /** Nothing is wrong, or nothing any more. */
  readonly ok: boolean;
  /** Something was wrong and is mended. */
  readonly isRepaired: boolean;
  readonly detail: string;
};

export type CheckContext = {
  readonly database: Database;
  readonly path: string;
  readonly isRepairing: boolean;
  readonly now: number;
  /** Whether there is time left for what takes long. */
  readonly hasTime: () => boolean;
  /** Told how far a long check is, 0 to 1. */
  readonly onProgress: (check: string, share: number) => void;
};

export function fine(check: string, detail: string): StoreCheck {
  return { check, ok: true, isRepaired: false, detail };
}

export function wrong(check: string, detail: string): StoreCheck {
  return { check, ok: false, isRepaired: false, detail };
}

export function repaired(check: string, detail: string): StoreCheck {
  return { check, ok: true, isRepaired: true, detail };
}

/** Most names or sentences that one check lists. */
const MOST_LISTED = 3;

/** Lists the first names or sentences, and how many more there are. */
export function listed(names: readonly string[]): string {
  return firstOf(names, MOST_LISTED);
}
