import type { Command } from "../command-line/command.ts";
import { BACKEND, CI, KERNELS, ON, STOPPED } from "../command-line/options.ts";
import { showWorker } from "../print/worker-shown.ts";
import { databaseAddress } from "../remote/database-address.ts";
import { trainForOthers } from "../remote/train-for-others.ts";
import { refuseUnknownWishes } from "../training/engines.ts";

export const command: Command = {
  about: [
    "Trains runs that `ablate run CONFIG --on URL` assigns, on another machine or on this one; any number of workers share them. URL is a Postgres database: postgres://USER@HOST/DATABASE, or service=NAME. Nothing is stored here: all records go through the database into the store of `ablate run`. Without URL and ABLATE_ON it explains how to get a Postgres. Put a password into ~/.pgpass, PGPASSFILE or ABLATE_ON, not into an argument, which everybody on the machine can read.",
    "It waits for runs until it is stopped. The first Ctrl-C or SIGTERM ends the current block, writes a checkpoint and returns the run for another worker, within a minute; the second abandons it at once. If the worker is killed, its runs continue elsewhere from their last checkpoints. A worker takes only runs of its own engine revision and protocol, and reports if there are others.",
  ],
  options: {
    workers: { value: "N", help: "train N runs at a time (default 1)" },
    threads: { value: "N", help: "compute each run with N threads, same bits" },
    "max-runs": { value: "N", help: "exit after N runs" },
    "exit-when-idle": { value: "D", help: "exit after D without a run to train" },
    quiet: { help: "print only problems" },
    json: { help: "print events, one JSON object per line" },
  },
  examples: [
    ["ablate worker postgres://lab/ablate", "train one run at a time"],
    ["ablate worker --workers 16", "sixteen at a time, for the database in ABLATE_ON"],
    ["ablate worker --exit-when-idle 2m", "in a Slurm job: leave the node when all is trained"],
  ],
  exits: [STOPPED],
  environment: [ON, BACKEND, KERNELS, CI],
  see: ["docs/machines.md", "docs/json.md", "ablate run", "ablate workers"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    refuseUnknownWishes(terminal);
    const options = {
      workers: flags.count("workers", 1) ?? 1,
      threads: flags.count("threads", 1),
      maxRuns: flags.count("max-runs", 1),
      exitWhenIdleMs: flags.durationMs("exit-when-idle"),
    };
    const address = await databaseAddress(terminal, flags.rest[0]);
    if (address === null) return 2;
    const human = flags.has("quiet") ? "quiet" : "human";
    const shown = showWorker(terminal, flags.has("json") ? "json" : human);
    try {
      return await trainForOthers(invocation, address, { ...options, onEvent: shown.onEvent });
    } finally {
      shown.close();
    }
  },
};
