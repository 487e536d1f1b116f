/**
 * `pnpm bench:scale`: what docs/scale.md says of very many runs: a plan of them, one grid in parts by several coordinators
 * on one Postgres, and their sealed stores made one, and Parquet.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { guarded, say } from "./command.ts";
import { machine, positive } from "./machine.ts";
import { LOADS } from "./remote/loads.ts";
import { Place } from "./remote/place.ts";
import { recordRun, saveRecording } from "./remote/recording.ts";
import { merge, type Timed } from "./scale/merged.ts";
import { plannedCost } from "./scale/planned.ts";
import { type Shards, trainShards } from "./scale/shards.ts";
import { columns } from "./table.ts";

const MB = 1e6;

const SHARDS_HEAD = [
  "coordinators",
  "workers",
  "runs",
  "s",
  "runs/s",
  "steps/s",
  "coordinators' processor s",
  "Postgres' processor s",
];

await guarded(async () => {
  const { values } = parseArgs({
    options: {
      planned: { type: "string", default: "100000" },
      parts: { type: "string", default: "4" },
      runs: { type: "string", default: "25" },
      steps: { type: "string", default: "20000" },
    },
  });
  const [parts, runs] = [positive("parts", values.parts), positive("runs", values.runs)];
  const [first] = LOADS;
  if (first === undefined) throw new RangeError("nothing to train");
  const load = { ...first, steps: positive("steps", values.steps) };
  say(`a plan of ${values.planned} runs ...`);
  const planned = plannedCost(positive("planned", values.planned));
  const folder = mkdtempSync(join(tmpdir(), "ablate-bench-"));
  const place = await Place.open();
  try {
    const recording = join(folder, "recording");
    saveRecording(recording, await recordRun(load));
    const options = { load, recording, workers: 2 * parts };
    say("one coordinator ...");
    const one = await trainShards(place, { ...options, coordinators: 1, runs: parts * runs });
    say(`${parts} coordinators ...`);
    const all = await trainShards(place, { ...options, coordinators: parts, runs });
    say("made one ...");
    const merged = merge(folder, all.stores, load.net);
    const lines = [
      JSON.stringify(machine()),
      plannedLine(planned),
      ...columns([SHARDS_HEAD, shardsRow(one.shards), shardsRow(all.shards)]),
      ...columns([
        ["", "s", "processor s", "MB", "runs/s", "MB/s"],
        timedRow(
          "sealed",
          { ...sumOf(merged.sealed), bytes: bytesOf(merged.sealed) },
          parts * runs,
        ),
        timedRow("imported", sumOf(merged.imported), parts * runs),
        timedRow("parquet", merged.parquet, parts * runs),
      ]),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  } finally {
    await place.close();
    rmSync(folder, { recursive: true });
  }
});

function plannedLine(cost: ReturnType<typeof plannedCost>): string {
  const { runs, expand, store, again, memory, bytes, list, frame } = cost;
  const seconds = { expanded: expand, stored: store, "stored again": again };
  const all = { ...seconds, "ablate runs": list, "a frame of the UI": frame };
  const texts = Object.entries(all).map(([what, value]) => `${what} ${value.toFixed(1)} s`);
  const sizes = `memory ${(memory / MB).toFixed(0)} MB, file ${(bytes / MB).toFixed(0)} MB`;
  return `${runs.toLocaleString("en")} runs planned, processor time: ${texts.join(", ")}; ${sizes}`;
}

function shardsRow(shards: Shards): string[] {
  const { coordinators, workers, runs, steps, seconds, coordinatorCpu, postgresCpu } = shards;
  return [
    ...[coordinators, workers, runs].map(String),
    seconds.toFixed(1),
    (runs / seconds).toFixed(1),
    Math.round(steps / seconds).toLocaleString("en"),
    coordinatorCpu.toFixed(1),
    postgresCpu.toFixed(1),
  ];
}

function bytesOf(files: readonly Timed[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The last store is the largest. */
function sumOf(parts: readonly Timed[]): Timed {
  const sum = (of: (part: Timed) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  return {
    seconds: sum(({ seconds }) => seconds),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    bytes: Math.max(...parts.map(({ bytes }) => bytes)),
  };
}

function timedRow(what: string, { seconds, cpuSeconds, bytes }: Timed, runs: number): string[] {
  const size = bytes / MB;
  return [
    what,
    seconds.toFixed(1),
    cpuSeconds.toFixed(1),
    size.toFixed(1),
    (runs / seconds).toFixed(1),
    (size / seconds).toFixed(1),
  ];
}
