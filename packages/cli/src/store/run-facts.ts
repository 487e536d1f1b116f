/** What is read of one run to be printed in full. */
import {
  areOnSeveralHosts,
  comparedRuns,
  differingKeys,
  hostsText,
  type RunSummary,
  type StoreReader,
} from "@ablate/store";

type Read<Name extends keyof StoreReader> = StoreReader[Name] extends (
  ...args: readonly never[]
) => infer Result
  ? Result
  : never;

/** What `ablate show` says of a run. */
export type RunFacts = {
  readonly run: RunSummary;
  readonly note: string | null;
  readonly evaluations: Read<"evaluations">;
  readonly parameters: Read<"parameters">;
  readonly ratios: Read<"ratiosAt">;
  /** Before the first update. */
  readonly initialLoss: number | null;
  readonly metrics: Read<"metrics">;
  readonly best: Exclude<Read<"bestWeights">, undefined> | null;
  readonly samples: Read<"samples">;
  readonly provenance: Read<"provenance">;
  readonly digestMade: string | null;
  readonly revisions: Read<"revisions">;
  /** Null where no rule has judged it. */
  readonly findings: Read<"findings"> | null;
  readonly logFiles: readonly string[];
  /** The last lines that it has printed, where its log has them. */
  readonly console: Read<"consoleLines">;
  /** Keys of the config in which the runs of its grid differ. */
  readonly differing: readonly string[];
  /** On which machine it trains or was trained; empty where that is this one, as of all runs of its grid. */
  readonly place: string;
  /** Whether every step has a loss of its own. */
  readonly hasSteps: boolean;
};

/** Reads what there is of a run. */
export function factsOf(run: RunSummary, reader: StoreReader): RunFacts {
  const { name } = run;
  const beside = runsBeside(run, reader);
  return {
    run,
    note: reader.annotations().runs.get(name)?.note ?? null,
    evaluations: reader.evaluations(name),
    parameters: reader.parameters(name),
    ratios: lastRatios(run, reader),
    initialLoss: reader.lossAt(name, 0)?.loss ?? null,
    metrics: reader.metrics(name),
    best: reader.bestWeights(name) ?? null,
    samples: reader.samples(name),
    provenance: reader.provenance(name),
    digestMade: reader.checks.madeOf(name),
    revisions: reader.revisions(name),
    findings: reader.thresholds(name) === undefined ? null : reader.findings(name),
    logFiles: run.source === null ? [] : reader.logFiles(name),
    console: reader.consoleLines(name, Number.MAX_SAFE_INTEGER),
    differing: keysThatDiffer(run, beside),
    place: hostsText([run], areOnSeveralHosts(beside)),
    hasSteps: run.lastStep !== null && reader.steps(name, run.lastStep, 1).count > 0,
  };
}

/** Reads the last update ratios: a recorder need not have them at every step. */
function lastRatios({ name, source, lastStep }: RunSummary, reader: StoreReader) {
  const last = reader.ratiosAt(name);
  if (source === null || last === undefined || lastStep === null) return last;
  const isEmpty = ({ ratios }: typeof last) => ratios.every(({ ratio }) => ratio === null);
  if (!isEmpty(last)) return last;
  const { ratios_every: every } = reader.provenance(name);
  const step = typeof every === "number" && every > 0 ? lastStep - (lastStep % every) : lastStep;
  return reader.ratiosAt(name, step) ?? last;
}

/** Runs of a grid that are looked at for what differs in it: more of them take longer than reading the run. */
const MOST_BESIDE = 1000;

function runsBeside({ grid }: RunSummary, reader: StoreReader): readonly RunSummary[] {
  return grid === null ? [] : reader.runs({ grid });
}

/** Returns the keys of the config in which the runs of the run's grid differ. */
function keysThatDiffer({ source }: RunSummary, beside: readonly RunSummary[]): readonly string[] {
  const alike = beside.filter((run) => run.source === source);
  return differingKeys(comparedRuns(alike.slice(0, MOST_BESIDE), new Map()));
}
