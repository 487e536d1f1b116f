/** What happens at a worker of another machine, for whoever watches it. */
import type { EndedMessage } from "@ablate/runner";
import type { CoordinatorSeen } from "../wire/worker-wire.ts";

type OfRun<Name extends string> = { readonly event: Name; readonly run: string };

export type RemoteWorkerEvent =
  /** Nothing is to be trained now; who is there that may hand out runs, which may be nobody. */
  | {
      readonly event: "waiting";
      readonly coordinators: readonly Pick<CoordinatorSeen, "host" | "grid">[];
    }
  /** Somebody hands out runs, and nobody to this version. */
  | { readonly event: "mismatch"; readonly message: string }
  /** Runs of an engine are left to others, for this reason. */
  | { readonly event: "engine"; readonly error: string }
  | OfRun<"taken">
  /** It trains: `from` updates were made before. */
  | (OfRun<"started"> & { readonly from: number; readonly steps: number })
  /** `step` updates were made, those before included; null: how fast is not known yet. */
  | (OfRun<"progress"> & {
      readonly step: number;
      readonly steps: number;
      readonly stepsPerSecond: number | null;
    })
  | (OfRun<"ended"> &
      Pick<EndedMessage, "state" | "reason"> & {
        /** Updates made, those before included. */
        readonly step: number;
        /** Over all that was trained of it; null: nothing was. */
        readonly stepsPerSecond: number | null;
        /** Since it was taken. */
        readonly seconds: number;
      })
  /** The run has failed by itself, or its engine does not run here. */
  | (OfRun<"failed"> & { readonly error: string })
  /** The attempt is lost, which is not the run's doing: its coordinator hands it out again. */
  | (OfRun<"lost"> & { readonly error: string })
  /** The coordinator waits for this attempt no more. */
  | OfRun<"over">
  /** The database does not answer, or answers again; training waits, nothing is lost. */
  | {
      readonly event: "database";
      readonly state: "waiting" | "over";
      readonly error: string | null;
      /** Since when it does not, or had not. */
      readonly seconds: number;
    }
  /** What may pile up has piled up, or has room again; training waits, nothing is lost. */
  | { readonly event: "outbox"; readonly state: "full" | "over"; readonly seconds: number }
  /** It has been told to go: runs make a checkpoint, and are handed to others. */
  | {
      readonly event: "leaving";
      readonly runs: readonly string[];
      /** What is left of them then is given back as it is. */
      readonly graceSeconds: number;
    };
