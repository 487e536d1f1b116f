import type { Command } from "../command-line/command.ts";
import { CI, LOG_OPTIONS, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { recordFrom } from "../record/record-from.ts";

export const command: Command = {
  about: [
    "Reads logs of other programs into the store, where they are runs like any other: those of our recorders for PyTorch and TensorFlow.js, TensorBoard, W&B, MLflow, Trackio, CSV, JSON and text. PATH is a file, or a folder that is searched. Formats are told by their first bytes (docs/record.md). It can be stopped at any time and repeated: it goes on where it was, and records nothing twice. `-` reads frames from a pipe.",
    "With --follow it also reads what is written later, until Ctrl-C, and finds new logs in a folder. A run that is in the trash stays there.",
  ],
  options: {
    ...STORE_OPTION,
    ...LOG_OPTIONS,
    "storage-timeout": {
      value: "D",
      help: "stop once the store took nothing for D: disk full, locked, gone (default 60s)",
    },
    quiet: { help: "show only what goes wrong" },
    json: { help: "print events, one JSON object a line" },
  },
  examples: [
    ["ablate record runs/", "every log in a folder"],
    ["ablate record runs/ --follow", "and what is written to it from now on"],
    ["ablate record runs/ --follow --exit-when-idle 10m", "until nothing comes any more"],
    ["ssh node cat run.ablate | ablate record -", "frames from a pipe"],
  ],
  exits: [["1", "something could not be recorded, or another process records it"], STOPPED],
  environment: [CI],
  see: ["docs/record.md", "ablate ui", "ablate import"],
  run: (invocation) => {
    const { flags } = invocation;
    return recordFrom(invocation, [...flags.positionals, ...flags.rest]);
  },
};
