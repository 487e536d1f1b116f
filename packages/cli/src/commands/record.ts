import type { Command } from "../command-line/command.ts";
import { CI, LOG_OPTIONS, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { recordFrom } from "../record/record-from.ts";

export const command: Command = {
  about: [
    "Reads logs of other programs into the store, where they become runs like any other: recordings of ablate_lab and ablate-lab-tfjs, logs of TensorBoard, W&B, MLflow and Trackio, CSV, JSON and text. PATH is a file, or a folder that is searched. The format is recognised by the first bytes (docs/record.md). The command can be stopped and repeated: it continues where it stopped and records nothing twice. `-` reads frames from a pipe.",
    "With --follow it continues to read new lines and new files until Ctrl-C. A run in the trash stays there.",
  ],
  options: {
    ...STORE_OPTION,
    ...LOG_OPTIONS,
    "storage-timeout": {
      value: "D",
      help: "stop after the store has been unwritable for D: disk full, locked, gone (default 60s)",
    },
    quiet: { help: "print only problems" },
    json: { help: "print events, one JSON object per line" },
  },
  examples: [
    [
      'mkdir -p runs && echo \'{"step": 0, "loss": 3.3}\' >> runs/try.jsonl',
      "a log, as any program can write one",
    ],
    ["ablate record runs/", "every log in a folder"],
    ["ablate record runs/ --follow", "also new lines and new logs, until Ctrl-C"],
    [
      "ablate record runs/ --follow --exit-when-idle 10m",
      "until nothing has been written for 10 minutes",
    ],
    ["ssh node cat run.ablate | ablate record -", "frames from a pipe"],
  ],
  exits: [["1", "a log could not be recorded, or another process records it"], STOPPED],
  environment: [CI],
  see: ["docs/record.md", "ablate ui", "ablate import"],
  run: (invocation) => {
    const { flags } = invocation;
    return recordFrom(invocation, [...flags.positionals, ...flags.rest]);
  },
};
