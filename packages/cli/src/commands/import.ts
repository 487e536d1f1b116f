import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { Discoverer } from "@ablate/record";
import { configDamage, weightsDamage } from "@ablate/runner";
import { type ImportReport, importStore, type RunChange, revisionWords } from "@ablate/store";
import { asLine, count, counted, right, table } from "@ablate/text";
import type { Command } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { interruptible, unlessAborted } from "../command-line/interrupt.ts";
import { LOG_OPTIONS, READING_OPTIONS, STOPPED } from "../command-line/options.ts";
import type { Paint } from "../command-line/terminal.ts";
import { few } from "../print/few.ts";
import { jsonArray } from "../print/rows.ts";
import { stateStyle, tableStyle } from "../print/styles.ts";
import { recordFrom } from "../record/record-from.ts";
import { damageLine, storePath } from "../store/open.ts";

export const command: Command = {
  about:
    "Copies the runs of another store, for example from another machine, into this one, which is created if it does not exist. Runs are matched by their hash. If both stores have a run, the finished one wins, then the longer one, then the local one. A run that is being trained here is not touched. Grids of the same name are merged, tags are united, notes are joined. The command can be stopped and repeated: each run is one transaction. PATH may also be a log of another program, or a folder of logs, which is recorded as by `ablate record`.",
  options: {
    ...READING_OPTIONS,
    ...LOG_OPTIONS,
    "dry-run": { help: "list what would be copied, and change nothing" },
  },
  examples: [
    [
      "ablate import quickstart.db --dry-run",
      "list what would be copied from a store that `ablate export` wrote",
    ],
    ["ablate import quickstart.db", "copy it"],
    ["ablate import runs/ --follow", "record the logs in a folder, as `ablate record` does"],
  ],
  exits: [["1", "a damaged run was not copied"], STOPPED],
  see: ["docs/export.md", "ablate export"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const dryRun = flags.has("dry-run");
    const [path = ""] = flags.positionals;
    const from = resolve(terminal.folder, path);
    if (isLog(from)) {
      if (dryRun) throw new UsageError(`${path} is no store of ablate; --dry-run is for stores`);
      return recordFrom(invocation, [path], true);
    }
    const ofLogs = Object.keys(LOG_OPTIONS).find((name) => flags.has(name));
    if (ofLogs !== undefined) {
      throw new UsageError(`${path} is a store of ablate; --${ofLogs} is for logs`);
    }
    let isWhole = true;
    const work = async (signal: AbortSignal): Promise<void> => {
      const report = await importStore(storePath(invocation), from, {
        dryRun,
        configDamage,
        weightsDamage,
        beforeRun: () => unlessAborted(signal),
      });
      for (const notice of report.notices) terminal.warn(asLine(`ablate: ${notice}`));
      for (const damage of report.refused) terminal.warn(damageLine(damage));
      isWhole = report.refused.length === 0;
      terminal.write(
        flags.has("json")
          ? jsonArray(report.runs)
          : pageOf(report, { dryRun, paint: terminal.paint }),
      );
    };
    const exitCode = await interruptible(work, () =>
      terminal.warn("stopped: imported runs stay; the same command continues\n"),
    );
    return exitCode === 0 && !isWhole ? 1 : exitCode;
  },
};

const SQLITE = "SQLite format 3\0";

/** Says whether there is anything but a store: a folder, a file that is no database, or one that is a log. */
function isLog(path: string): boolean {
  if (!existsSync(path)) return false;
  const found = statSync(path);
  if (found.isDirectory()) return true;
  if (!found.isFile() || found.size === 0) return false;
  const start = Buffer.alloc(SQLITE.length);
  const file = openSync(path, "r");
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  if (start.toString("latin1") !== SQLITE) return true;
  return new Discoverer([path], { stepColumn: null }).discover().logs.length > 0;
}

const CHANGES: Readonly<Record<RunChange, string>> = {
  added: "new here",
  replaced: "more complete in the source",
  kept: "as complete here",
  training: "being trained here: kept",
  trashed: "in the trash here: stays there",
};

function pageOf(
  { grids, runs, refused }: ImportReport,
  { dryRun, paint }: { readonly dryRun: boolean; readonly paint: Paint },
): string {
  if (runs.length === 0 && grids.length === 0) return "the other store has no runs\n";
  const rows = runs.map(({ run, source, change, state, steps }) => [
    run,
    source === run ? "" : source,
    CHANGES[change],
    state,
    count(steps),
  ]);
  const style = tableStyle(paint, (text, _, column) => (column === 3 ? stateStyle(text) : null));
  const columns = ["run", "source", "result", "state", right("steps")];
  const updated = grids
    .filter(({ change }) => change === "updated")
    .map(({ grid }) => `grid ${grid}`);
  const texts = updated.length === 0 ? "" : `; newer text of ${updated.join(", ")}`;
  const verb = dryRun ? "would import" : "imported";
  const taken = runs.filter(({ change }) => change === "added" || change === "replaced").length;
  const notes = revisionNotes(runs).map(asLine).join("");
  return `${table(columns, rows, style)}\n${notes}${verb} ${counted(taken, "run")} of ${runs.length + refused.length}${texts}\n`;
}

/** Names the runs that one revision of the engine has trained here and another one there, and says which history stays. */
function revisionNotes(runs: ImportReport["runs"]): readonly string[] {
  const differing = runs.flatMap(({ run, change, revision_here: here, revision_there: there }) => {
    if (here === null || there === null || here === there) return [];
    const stays =
      change === "replaced" ? "the other store's record replaces it" : "the record here stays";
    const by = `revision ${revisionWords(here)} of the engine here and by revision ${revisionWords(there)} there`;
    return [{ run, text: `trained by ${by}, whose bits differ; ${stays}` }];
  });
  return [...Map.groupBy(differing, ({ text }) => text)].map(
    ([text, some]) => `${few(some.map(({ run }) => run))}: ${text}`,
  );
}
