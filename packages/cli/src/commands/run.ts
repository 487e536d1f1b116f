import { availableParallelism } from "node:os";
import { isRule, RULES, type Rule } from "@ablate/core";
import { endText, type RunSummary } from "@ablate/store";
import { asLine, counted, didYouMean } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import type { Flags } from "../command-line/flags.ts";
import {
  BACKEND,
  BEGINNING_OPTIONS,
  CI,
  FAILED,
  KEPT,
  KERNELS,
  ON,
  PLANNING_OPTIONS,
  SAMPLING_OPTIONS,
  STOPPED,
  STORE_OPTION,
  TRAINING_OPTIONS,
} from "../command-line/options.ts";
import type { Terminal } from "../command-line/terminal.ts";
import { leftNotes, planNotes } from "../plan/notes.ts";
import { type Planned, planConfig } from "../plan/planning.ts";
import { isRestart, keptNote } from "../plan/revisions.ts";
import { notesBefore, readStored } from "../plan/stored.ts";
import { NOTIFY, NOTIFY_OPTION, notify, wantedNotice } from "../print/notify.ts";
import { runsTable } from "../print/runs-table.ts";
import { databaseAddress } from "../remote/database-address.ts";
import type { Remote } from "../remote/open-workforce.ts";
import { withReader } from "../store/open.ts";
import { train } from "../training/train.ts";

export const command: Command = {
  about: [
    "Trains every run of the config that is not finished yet and records each step. It can be stopped at any time and repeated. Ctrl-C once: finish the current block and save it; twice: stop at once. Finished runs are skipped, others continue from their last checkpoint. A run that fails or diverges is recorded as such, and the grid continues.",
    "With --on, other machines train: `ablate worker` on each of them takes runs from a Postgres database that all can reach, and sends back the results, which this command stores (docs/machines.md). This machine then trains nothing unless --workers is given. --on without a URL uses ABLATE_ON.",
    "Flags override the file: --set, --steps and --seeds override its variants, grid and include, and their runs are added to the grid. Runs that an edited file no longer has stay in the store, left from earlier plans (docs/config.md). Two commands on one store share the work. With `nohup` training outlives the terminal; `ablate watch` and `ablate ui` show its progress.",
  ],
  options: {
    ...PLANNING_OPTIONS,
    ...SAMPLING_OPTIONS,
    ...STORE_OPTION,
    ...TRAINING_OPTIONS,
    on: {
      value: "URL",
      variable: "ABLATE_ON",
      help: "let `ablate worker` on other machines train, through this Postgres",
    },
    "max-outbox": {
      value: "SIZE",
      help: "with --on: workers wait while more than SIZE of their results is not stored yet (default 1GB)",
    },
    resume: { help: "continue stopped runs (the default)" },
    "retry-failed": { help: "also train runs that failed" },
    replace: { help: "mark runs of other configs of the same name as left from earlier plans" },
    ...BEGINNING_OPTIONS,
    "fail-fast": { help: "stop at the first run that fails or diverges" },
    "stop-on": {
      multiple: true,
      value: "RULE",
      choices: Object.keys(RULES),
      help: `end a run when a rule of docs/diagnostics.md reports a finding: ${Object.keys(RULES).join(", ")}`,
    },
    ...NOTIFY_OPTION,
    quiet: { help: "print only problems" },
    json: { help: "print events, one JSON object per line" },
  },
  examples: [
    ["ablate run my.yaml", "train the runs that are not finished"],
    ["ablate run my.yaml --seeds 1..3 --steps 500", "short runs with three seeds each"],
    ["ablate run my.yaml --set model.activation=tanh,relu", "a grid over two activations"],
    ['ablate run my.yaml --only "lr>=0.1"', "some of its runs (docs/filter.md)"],
    ["ablate run my.yaml --workers 4 --timeout 10m", "four at a time, none longer than 10 minutes"],
    [
      "ablate run my.yaml --sample 2 --order random",
      "two runs of the grid, chosen at random, in random order",
    ],
    ["ablate run my.yaml --threads 2", "two cores compute each run"],
    ["sed s/tanh/relu/ my.yaml | ablate run -", "a config from standard input"],
    ["ablate run my.yaml --fail-fast", "stop at the first failure; the other runs stay pending"],
    ["ablate run my.yaml --stop-on saturated,frozen", "end hopeless runs early"],
    ["ablate run my.yaml --on postgres://lab/ablate", "train on other machines (docs/machines.md)"],
  ],
  exits: [FAILED, KEPT, STOPPED],
  environment: [ON, BACKEND, KERNELS, NOTIFY, CI],
  see: ["docs/config.md", "docs/engines.md", "docs/machines.md", "ablate plan", "ablate ui"],
  run: async (invocation) => {
    const { flags, terminal } = invocation;
    const notice = wantedNotice(invocation);
    const remote = await remoteOf(invocation);
    if (remote === null) return 2;
    const planned = planConfig(invocation);
    const human = flags.has("quiet") ? "quiet" : "human";
    const style = flags.has("json") ? "json" : human;
    const wanted = mode(flags);
    if (style !== "quiet") {
      const stored = readStored(invocation, planned);
      const said = { inTrash: "out of the trash again", isRestart: wanted === "restart" };
      const notes = [...planNotes(planned), ...leftNotes(planned.preview)];
      for (const note of [...notes, ...notesBefore(planned, stored, said)]) {
        terminal.warn(asLine(note));
      }
    }
    const { left, isStopped, isGivenUp, kept, exitCode } = await train(invocation, planned, {
      style,
      remote,
      mode: wanted,
      mixes: flags.has("mixed-revisions"),
      failFast: flags.has("fail-fast"),
      stopOn: [...new Set(flags.list("stop-on").map(ruleOf))],
      workers: flags.count("workers", 1),
      threads: threadsOf(flags, planned, terminal),
      maxRetries: flags.count("max-retries"),
      timeoutMs: flags.durationMs("timeout"),
      storageTimeoutMs: flags.durationMs("storage-timeout"),
    });
    const isTold = style === "human" || notice !== null;
    const end = isGivenUp || !isTold ? null : runsOf(invocation, planned);
    if (style === "human" && end !== null) terminal.write(runsTable(end, terminal.paint));
    notify(terminal, notice, endText(planned.grid.name, end ?? []));
    if (isStopped)
      terminal.warn(asLine(`stopped, ${left} left to train; the same command goes on`));
    terminal.warn(keptNote(kept).map(asLine).join(""));
    return exitCode;
  },
};

/** Returns where runs are handed out, if anywhere; null: it is not known where, which was said. */
async function remoteOf({ flags, terminal }: Invocation): Promise<Remote | undefined | null> {
  const maxOutbox = flags.size("max-outbox");
  if (!flags.has("on")) {
    if (maxOutbox !== undefined) throw new UsageError("--max-outbox needs --on");
    return undefined;
  }
  const address = await databaseAddress(terminal, flags.text("on"));
  return address === null ? null : { address, maxOutbox };
}

/** Returns the threads that are asked for, at most one per core: more would wait for each other. */
function threadsOf(flags: Flags, { runs }: Planned, { warn }: Terminal): number | undefined {
  const threads = flags.count("threads", 1);
  if (threads !== undefined && runs.some(({ resolved }) => resolved.engine !== "simd")) {
    warn(asLine("--threads applies to the engine simd only, not to tfjs"));
  }
  const cores = availableParallelism();
  if (threads === undefined || threads <= cores) return threads;
  const has = `this machine has ${counted(cores, "core")} for them`;
  warn(asLine(`--threads ${threads}: ${has}, each run is computed by ${counted(cores, "thread")}`));
  return cores;
}

type Mode = NonNullable<Parameters<typeof train>[2]["mode"]>;

function mode(flags: Flags): Mode {
  const restart = isRestart(flags, ["retry-failed", "resume", "mixed-revisions"]);
  if (restart) return "restart";
  return flags.has("retry-failed") ? "retry-failed" : "resume";
}

/** Reads what came out, in the order of the plan. */
function runsOf(invocation: Invocation, { grid, runs }: Planned): RunSummary[] {
  const hashes = new Set(runs.map(({ hash }) => hash));
  const rows = withReader(invocation, (reader) => reader.runs({ grid: grid.name }));
  return rows.filter(({ hash }) => hashes.has(hash));
}

function ruleOf(name: string): Rule {
  if (isRule(name)) return name;
  const hint = didYouMean(name, Object.keys(RULES)) ?? `rules are ${Object.keys(RULES).join(", ")}`;
  throw new UsageError(`--stop-on: there is no rule "${name}"; ${hint}`);
}
