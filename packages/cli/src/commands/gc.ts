import { createInterface } from "node:readline/promises";
import { bytesOfStore, collectGarbage, type TrashEntry } from "@ablate/store";
import { asLine, bytes, counted } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { STOPPED_BY_USER } from "../command-line/interrupt.ts";
import { READING_OPTIONS } from "../command-line/options.ts";
import { showInPlace } from "../command-line/terminal.ts";
import { jsonArray } from "../print/rows.ts";
import { trashSum, trashTable, trashTotal } from "../print/trash.ts";
import { storePath, withReader } from "../store/open.ts";

export const command: Command = {
  about:
    "Deletes the runs and grids in the trash permanently, deletes checkpoints from which nothing starts, and returns the space to the file system. It asks first; without a terminal it needs --yes.",
  options: {
    ...READING_OPTIONS,
    yes: { help: "do not ask" },
    "older-than": {
      value: "AGE",
      help: "only what has been in the trash for at least 7d, 12h, 30m",
    },
    "dry-run": { help: "list what would be deleted, and change nothing" },
  },
  examples: [
    ["ablate gc --dry-run", "list what would be deleted"],
    [
      "ablate gc --older-than 7d --yes",
      "delete what has been in the trash for a week, without asking",
    ],
    ["ablate gc", "empty the trash, after asking"],
  ],
  see: ["ablate rm", "ablate doctor"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const until = Date.now() - (flags.durationMs("older-than") ?? 0);
    const path = storePath(invocation);
    const all = withReader(invocation, (reader) => reader.trash());
    const entries = all.filter(({ atMs }) => atMs <= until);
    if (flags.has("dry-run")) {
      if (flags.has("json")) terminal.write(jsonArray([dryRecord(entries, bytesOfStore(path))]));
      else if (entries.length === 0) terminal.warn("nothing to purge\n");
      else
        terminal.write(
          `${trashTable(entries, Date.now(), terminal.paint)}to delete permanently: ${trashTotal(entries)}\n`,
        );
      return 0;
    }
    const answer = entries.length === 0 ? "yes" : await confirmation(entries, invocation);
    if (answer !== "yes") {
      terminal.warn("nothing was deleted\n");
      return answer === "no" ? 0 : STOPPED_BY_USER;
    }
    const collected = collectGarbage(path, {
      until,
      onProgress: (done, of) => showInPlace(terminal, `deleting run ${done + 1} of ${of}`),
    });
    showInPlace(terminal, "");
    const { runs, grids, checkpoints, bytesBefore, bytesAfter } = collected;
    if (flags.has("json")) {
      const record = { runs, grids, checkpoints, bytes_before: bytesBefore };
      terminal.write(jsonArray([{ dry_run: false, ...record, bytes_after: bytesAfter }]));
      return 0;
    }
    const purged = `deleted ${counted(runs, "run")}, ${counted(grids, "grid")}, ${counted(checkpoints, "checkpoint")}`;
    terminal.write(asLine(`${purged}: ${bytes(bytesBefore)} before, ${bytes(bytesAfter)} after`));
    return 0;
  },
};

/** Estimates what a purge would do. */
function dryRecord(entries: readonly TrashEntry[], before: number): object {
  const { runs, size } = trashSum(entries);
  return {
    dry_run: true,
    runs,
    grids: entries.filter(({ kind }) => kind === "grid").length,
    checkpoints: null,
    bytes_before: before,
    bytes_after: Math.max(0, before - size),
  };
}

async function confirmation(
  entries: readonly TrashEntry[],
  { flags }: Invocation,
): Promise<"yes" | "no" | "interrupted"> {
  if (flags.has("yes")) return "yes";
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new UsageError(
      `gc would delete ${trashTotal(entries)} permanently; add --yes, or --dry-run to list it`,
    );
  }
  const dialogue = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await dialogue.question(`delete ${trashTotal(entries)} permanently? [y/N] `);
    return /^y(es)?$/i.test(answer.trim()) ? "yes" : "no";
  } catch (error) {
    // Ctrl-C or Ctrl-D, instead of an answer.
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
    stderr.write("\n");
    return "interrupted";
  } finally {
    dialogue.close();
  }
}
