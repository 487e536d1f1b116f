import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type RecordEvent, type RecordOutcome, recordLogs } from "@ablate/record";
import { openWriter } from "@ablate/store";
import { asLine, counted } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { onInterrupt, STOPPED_BY_USER } from "../command-line/interrupt.ts";
import { CI, STOPPED, STORE_OPTION } from "../command-line/options.ts";
import { logSentence } from "../print/log-sentences.ts";
import { storePath } from "../store/open.ts";

export const command: Command = {
  about: [
    "Brings logs of other programs into the store, where they are runs like any other: files, and folders with all that is in them. Formats are known by their first bytes (docs/record.md). It can be stopped at any time and repeated: it goes on where it was, and records nothing twice.",
    "With --follow it goes on with what is written later, until Ctrl-C. A folder is looked through for new logs meanwhile.",
  ],
  options: {
    ...STORE_OPTION,
    follow: { help: "go on with what is written later" },
    step: { value: "COLUMN", help: "the column of tables that counts steps" },
    "exit-when-idle": { value: "D", help: "with --follow: end once nothing new has come for D" },
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
  ],
  exits: [["1", "something could not be recorded, or another process records it"], STOPPED],
  environment: [CI],
  see: ["docs/record.md", "ablate ui", "ablate import"],
  run: (invocation) => record(invocation),
};

async function record(invocation: Invocation): Promise<number> {
  const { flags, terminal } = invocation;
  const paths = [...flags.positionals, ...flags.rest].map((path) => pathOf(invocation, path));
  const isFollowed = flags.has("follow");
  const store = openWriter(storePath(invocation));
  if (store.notice !== null) terminal.warn(asLine(`ablate: ${store.notice}`));
  const interrupt = onInterrupt(() => {});
  try {
    const outcome = await recordLogs({
      ...{ store, paths, isFollowed, signal: interrupt.signal, stepColumn: flags.text("step") },
      idleMs: flags.durationMs("exit-when-idle"),
      storageTimeoutMs: flags.durationMs("storage-timeout"),
      onEvent: (event) => print(invocation, event),
    });
    if (outcome.logs === 0) throw new UsageError(nothingText(paths, outcome));
    const isStopped = interrupt.signal.aborted && !isFollowed;
    if (outcome.trouble !== null) {
      terminal.warn(asLine(`ablate: ${outcome.trouble.message}; the same command goes on`));
    }
    if (isStopped) terminal.warn(asLine("stopped; the same command goes on"));
    const isWhole = outcome.trouble === null && outcome.troubles + outcome.held === 0;
    return isStopped ? STOPPED_BY_USER : Number(!isWhole);
  } finally {
    interrupt.release();
    store.close();
  }
}

function pathOf({ terminal }: Invocation, path: string): string {
  const absolute = resolve(terminal.folder, path);
  if (existsSync(absolute)) return absolute;
  throw new UsageError(`there is no file or folder ${path}`);
}

function nothingText(paths: readonly string[], { files }: RecordOutcome): string {
  const seen = files === 0 ? "there is no file in it" : `${counted(files, "file")} seen`;
  return `${paths.join(", ")}: no log of a format that is known; ${seen}`;
}

function print({ flags, terminal }: Invocation, event: RecordEvent): void {
  if (flags.has("json")) {
    terminal.write(`${JSON.stringify(event)}\n`);
    return;
  }
  const sentence = logSentence(event);
  if (sentence === null) return;
  if (event.event === "trouble" || event.event === "held" || event.event === "storage") {
    terminal.warn(asLine(`ablate: ${sentence}`));
  } else if (!flags.has("quiet")) terminal.write(asLine(sentence));
}
