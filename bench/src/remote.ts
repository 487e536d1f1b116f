/**
 * `pnpm bench:remote`: workers of other machines, by way of a Postgres of its own on this one with default settings: what
 * comes through, how soon a run starts, what it costs, and how many workers of each kind a coordinator keeps up with.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { guarded, OUTPUT_OPTIONS, print, say } from "./command.ts";
import { positive } from "./machine.ts";
import { type FlowOptions, measureFlow } from "./remote/flow.ts";
import { LOADS, type Load } from "./remote/loads.ts";
import { claimToStart, killToStart } from "./remote/moments.ts";
import { Place } from "./remote/place.ts";
import { type Recording, recordRun, saveRecording } from "./remote/recording.ts";
import { fittingWorkers, type RemoteReport, sentBy } from "./remote/report.ts";
import { remoteTables } from "./remote/tables.ts";
import { localRate, remoteRate } from "./remote/versus.ts";
import { conditionsOf } from "./report.ts";
import { aboutLine } from "./speed-tables.ts";

/** Workers that send as fast as their messages are taken. */
const FAST = [1, 2, 4];
/** Autovacuum looks once a minute. */
const VACUUM_SECONDS = 75;

await guarded(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: "string", default: "8" },
      rounds: { type: "string", default: "3" },
      workers: { type: "string", default: "60" },
      steps: { type: "string" },
      only: { type: "string" },
      ...OUTPUT_OPTIONS,
    },
  });
  const before = loadavg()[0] ?? 0;
  const rounds = positive("rounds", values.rounds);
  const seconds = positive("seconds", values.seconds);
  const most = positive("workers", values.workers);
  const steps = values.steps === undefined ? null : positive("steps", values.steps);
  const loads = LOADS.filter(({ name }) => name === (values.only ?? name)).map((load) =>
    steps === null ? load : { ...load, steps },
  );
  const parts = await measure({ rounds, seconds, most, loads, isLong: steps === null });
  const report: RemoteReport = { ...conditionsOf(rounds, before), core: null, ...parts };
  print(
    { name: "remote", report },
    { about: aboutLine(report), tables: remoteTables(report) },
    values,
  );
});

type Length = {
  readonly rounds: number;
  readonly seconds: number;
  readonly most: number;
  readonly loads: readonly Load[];
  /** Also what takes minutes. */
  readonly isLong: boolean;
};

async function measure(length: Length) {
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  const place = await Place.open();
  try {
    const recorded = await recordAll(folder, length.loads);
    const [first] = recorded;
    if (first === undefined) throw new RangeError("nothing to train");
    const flow = (options: Partial<FlowOptions>, of = first) =>
      measureFlow(place, {
        ...{ load: of.load, recording: of.file, workers: 2, isPaced: true },
        ...{ seconds: length.seconds, ...options },
      });
    say("as fast as it goes ...");
    const fast = [];
    for (const workers of length.isLong ? FAST : FAST.slice(1, 2))
      fast.push(await flow({ workers, isPaced: false }));
    say("until a run starts ...");
    const claim = await claimToStart(place, 10 * length.rounds);
    const kill = length.isLong ? [await killToStart(place, first.load)] : [];
    const saturation = [];
    for (const one of recorded) {
      say(`${length.most} workers of ${one.load.name} ...`);
      saturation.push(await saturate(one, (workers) => flow({ workers }, one), length.most));
    }
    say("the outbox on disk ...");
    const unvacuumed = length.isLong ? await flow({ isUnvacuumed: true }) : null;
    const vacuumed = length.isLong ? await flow({ seconds: VACUUM_SECONDS }) : null;
    return {
      ...{ sent: recorded.map(({ recording }) => sentBy(recording)), fast, claim, kill },
      ...{ saturation, outbox: { unvacuumed, vacuumed } },
      versus: await versus(place, first.load, length.rounds),
    };
  } finally {
    await place.close();
    rmSync(folder, { recursive: true });
  }
}

type Recorded = {
  readonly load: Load;
  readonly recording: Recording;
  readonly file: string;
};

async function recordAll(folder: string, loads: readonly Load[]): Promise<Recorded[]> {
  const all: Recorded[] = [];
  for (const [i, load] of loads.entries()) {
    say(`${load.name} is recorded ...`);
    const recording = await recordRun(load);
    const file = join(folder, String(i));
    saveRecording(file, recording);
    all.push({ load, recording, file });
  }
  return all;
}

/** Measures the most workers; where they are too many, as many as should be too many no more. */
async function saturate(
  { recording }: Recorded,
  flowOf: (workers: number) => ReturnType<typeof measureFlow>,
  most: number,
): Promise<RemoteReport["saturation"][number]> {
  const all = await flowOf(most);
  const fits = fittingWorkers(sentBy(recording), all);
  const fitting = fits < most ? await flowOf(Math.max(1, fits)) : null;
  return { load: recording.load, all, fits, fitting };
}

async function versus(place: Place, load: Load, rounds: number): Promise<RemoteReport["versus"]> {
  const all: { local: number; remote: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`two workers here and two over Postgres, round ${round + 1} of ${rounds} ...`);
    const local = await localRate(place, load, 4);
    all.push({ local, remote: await remoteRate(place, load, 4) });
  }
  return all;
}
