/** What `pnpm bench:remote` has measured. */
import type { Conditions } from "../report.ts";
import type { Flow } from "./flow.ts";
import type { Quantiles } from "./quantiles.ts";
import type { Recording } from "./recording.ts";

/** What one worker sends at full speed, on a machine that it has for itself. */
export type SentLoad = {
  readonly load: string;
  /** A second. */
  readonly steps: number;
  readonly messages: number;
  readonly bytes: number;
};

export type RemoteReport = Conditions & {
  readonly sent: readonly SentLoad[];
  /** Workers that send as fast as they can. */
  readonly fast: readonly Flow[];
  /** Handed out until it is at a worker. */
  readonly claim: Quantiles;
  /** Seconds. */
  readonly kill: readonly number[];
  readonly saturation: readonly {
    readonly load: string;
    readonly all: Flow;
    /** So many workers it keeps up with, by what it has stored of all. */
    readonly fits: number;
    /** Measured with so many, where that is fewer than all. */
    readonly fitting: Flow | null;
  }[];
  readonly outbox: { readonly unvacuumed: Flow | null; readonly vacuumed: Flow | null };
  /** Steps a second, a round each. */
  readonly versus: readonly { readonly local: number; readonly remote: number }[];
};

export function sentBy({ load, steps, seconds, messages }: Recording): SentLoad {
  const bytes = messages.reduce((sum, { body }) => sum + body.length, 0);
  return {
    load,
    ...{ steps: steps / seconds, messages: messages.length / seconds, bytes: bytes / seconds },
  };
}

/** Of what is sent: less is what timing makes of it. */
const NOISE = 0.05;
/** Of the workers' time: more, and a coordinator holds them up. Handing out short runs takes some of it. */
const WAITS = 0.1;

/** Says how many workers a coordinator keeps up with: all that it was given, or as many as send what it has stored. */
export function fittingWorkers({ bytes }: SentLoad, flow: Flow): number {
  const isKept = flow.growth <= NOISE * flow.bytes && flow.still + flow.idle <= WAITS;
  return isKept ? flow.workers : Math.min(flow.workers - 1, Math.floor(flow.drained / bytes));
}
