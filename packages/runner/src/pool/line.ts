/** What a coordinator trains runs by: one run at a time each, in a process of this machine or wherever else. */
import type { NameLists } from "@ablate/core";
import type { Mark } from "@ablate/store";
import type { CoordinatorMessage, TrainMessage, WorkerMessage } from "../train/messages.ts";

export type LineListener = {
  /** @param mark - given where the same message may come twice; it is stored with what the message says */
  readonly onMessage: (message: WorkerMessage, mark?: Mark) => void;
  /** Whoever trained is gone, and everything that it said was heard. */
  readonly onGone: (cause: string) => void;
  /** Nobody has begun with what was handed over, and nobody will. */
  readonly onWithdrawn: () => void;
};

/** A way to one worker at a time. */
export type Line = {
  /** Grows with every sign of life; null: the line itself notices a silent worker, and says `onGone`. */
  readonly beats: number | null;
  /** Something was handed over that nobody has begun with. */
  readonly isWaiting: boolean;
  /** Replaces the previous listener. */
  readonly listen: (listener: LineListener) => void;
  /** Sends to whoever trains; `ack`: the oldest message that was not acknowledged is stored. */
  readonly send: (message: CoordinatorMessage) => void;
  /** Hands over a run. */
  readonly train: (message: TrainMessage, data: NameLists, run: HandedOver) => void;
  /** Ends the attempt at once, stopped or not, and hears no more of it. */
  readonly kill: () => void;
  /** Says that what came of the attempt is stored. */
  readonly settle: () => void;
  /** Takes back what nobody has begun with: `onWithdrawn` follows where that was so. */
  readonly withdraw: () => void;
};

/** What a line has to know of a run beside what its worker is told. */
export type HandedOver = {
  readonly hash: string;
  readonly name: string;
  /** Of the claim under which its messages are stored. */
  readonly token: string;
};

/** An attempt that an earlier process has handed over, and that goes on. */
export type OpenAttempt = {
  readonly id: string;
  readonly hash: string;
  /** Of the claim under which its messages are stored. */
  readonly token: string;
  /** Where it has begun. */
  readonly resume: TrainMessage["resume"];
  /** Returns a line whose first `train` goes on with it; what its worker has said comes again from the beginning. */
  readonly line: () => Line;
  /** Ends it. */
  readonly drop: () => void;
};

/** Workers beside those of this machine, which come and go. */
export type Workforce = {
  /** Attempts of an earlier process on the same store. */
  readonly open: readonly OpenAttempt[];
  /** Says how many runs may be handed over at a time: now, and whenever that changes. Returns a function that unsubscribes. */
  readonly onSlots: (listener: (slots: number) => void) => () => void;
  /** Calls when nothing can be handed over any more. Returns a function that unsubscribes. */
  readonly onFailure: (listener: (error: unknown) => void) => () => void;
  readonly newLine: () => Line;
};
