import { type EngineName, hiddenWidths, type RunSpec } from "@ablate/core";
import type { ThreadOffer } from "../train/messages.ts";

/** A run with a layer so wide is offered cores that idle: narrower ones gain little or lose. */
const WIDE = 256;

type Shared = { readonly spec: RunSpec; readonly engine: EngineName };

/** One run's share of the machine, until it leaves. */
export type Share = {
  /** What a worker that begins with the run now is told. */
  readonly offer: () => ThreadOffer;
  readonly leave: () => void;
};

/** Returns the share of a run that another machine trains: of the cores there it knows nothing. */
export function shareElsewhere(asked: number | undefined): Share {
  const threads = asked ?? 1;
  return {
    offer: () => ({ now: threads, most: threads, isMeasured: asked === undefined }),
    leave: () => {},
  };
}

type CoreOptions = {
  /** Cores to share. */
  readonly cores: number;
  /** Threads for every run, whatever idles, if the user asked for a number. */
  readonly asked: number | undefined;
  /** Runs that wait to be trained: each will take a core. */
  readonly waiting: () => number;
};

/** Shares the cores: one for each run, and those that no run needs to wide runs, in equal parts. */
export class CoreShares {
  readonly #options: CoreOptions;
  readonly #runs = new Set<{ threads: number; isWide: boolean; tell: (threads: number) => void }>();

  constructor(options: CoreOptions) {
    this.#options = options;
  }

  /** Gives a run that begins its share; `tell` is called with each later number of threads. */
  join({ spec, engine }: Shared, tell: (threads: number) => void): Share {
    const { asked, cores } = this.#options;
    const isShareable = engine === "simd";
    const isWide =
      isShareable && asked === undefined && Math.max(0, ...hiddenWidths(spec.model)) >= WIDE;
    const run = { threads: 1, isWide, tell };
    this.#runs.add(run);
    this.#divide();
    const most = isWide ? cores : 1;
    return {
      offer: () =>
        asked === undefined || !isShareable
          ? { most, now: run.threads, isMeasured: true }
          : { most: asked, now: asked, isMeasured: false },
      leave: () => {
        this.#runs.delete(run);
        this.#divide();
      },
    };
  }

  #divide(): void {
    const { cores, waiting } = this.#options;
    const wide = [...this.#runs].filter(({ isWide }) => isWide);
    const idle = Math.max(0, cores - this.#runs.size - waiting());
    const threads = 1 + Math.floor(idle / Math.max(1, wide.length));
    for (const run of wide) {
      if (run.threads === threads) continue;
      run.threads = threads;
      run.tell(threads);
    }
  }
}
