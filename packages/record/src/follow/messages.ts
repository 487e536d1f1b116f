/** What a process that follows logs and the one that shows them tell each other. */
import type { LogsRead } from "../recorder.ts";

export type FollowRequest = {
  /** Path of the store. */
  readonly store: string;
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Beside a cache, a file that only one process has at a time, which then reads; null: a store that has other runs too. */
  readonly lock: string | null;
};

export type FollowMessage =
  | ({ readonly type: "read" } & LogsRead)
  /** Another process reads; this one waits until that is gone. */
  | { readonly type: "waiting" }
  | { readonly type: "trouble"; readonly message: string }
  /** Nothing more can be recorded. */
  | { readonly type: "failed"; readonly message: string };
