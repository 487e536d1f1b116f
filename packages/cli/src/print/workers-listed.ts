/** Who is there that trains or hands out runs, as `ablate workers` prints it. */
import type { CoordinatorListed, Dropped, WorkerListed, WorkersListed } from "@ablate/remote";
import { asLine, bytes, count, counted, duration, right, table, UNKNOWN } from "@ablate/text";
import type { Paint } from "../command-line/terminal.ts";
import { tableStyle } from "./styles.ts";

/** Writes two tables and a line of sums; a sentence where nobody is there. */
export function workersText(listed: WorkersListed, database: string, paint: Paint): string {
  const { workers, coordinators, outbox } = listed;
  const isNobody = workers.length + coordinators.length === 0;
  const parts = isNobody
    ? [
        asLine(
          `no worker and no coordinator is connected; start a worker on any machine: \`ablate worker ${database}\``,
        ),
      ]
    : [
        coordinators.length === 0
          ? asLine(`no coordinator is connected; start one: \`ablate run CONFIG --on ${database}\``)
          : coordinatorsTable(coordinators, paint),
        workers.length === 0
          ? asLine(
              `no worker is connected; start one on any machine: \`ablate worker ${database}\``,
            )
          : workersTable(workers, paint) + asLine(sumOf(workers)),
      ];
  const waiting = `${counted(outbox.rows, "message")}, ${bytes(outbox.bytes)}`;
  const isEmpty = outbox.rows === 0;
  return [...parts, ...(isEmpty ? [] : [asLine(`outbox: ${waiting} on the way to stores`)])].join(
    "\n",
  );
}

function coordinatorsTable(coordinators: readonly CoordinatorListed[], paint: Paint): string {
  return table(
    ["coordinator", "grid", "since", "ablate", "engines"],
    coordinators.map((one) => [
      `${one.host} ${one.pid}`,
      one.grid,
      duration(one.seconds),
      one.version,
      enginesOf(one.queues).join(", ") || UNKNOWN,
    ]),
    tableStyle(paint),
  );
}

function workersTable(workers: readonly WorkerListed[], paint: Paint): string {
  return table(
    ["worker", "since", "ablate", "engines", right("slots"), right("steps/s"), "trains"],
    workers.map((one) => [
      `${one.host} ${one.pid}`,
      duration(one.seconds),
      one.version,
      enginesOf(one.queues).join(", ") || UNKNOWN,
      count(one.slots),
      count(speedOf(one)),
      doingOf(one),
    ]),
    tableStyle(paint, (text, _, column) => {
      if (column !== DOING) return null;
      if (/^waits for the outbox|^leaves/.test(text)) return "yellow";
      return text.startsWith("waits") ? "dim" : null;
    }),
  );
}

const DOING = 6;

/** Says what a worker trains, or what it waits for. */
function doingOf({ runs, isLeaving, waitsFor }: WorkerListed): string {
  const names = runs.map(({ run }) => run).join(", ");
  const waits = waitsFor === "outbox" ? "waits for the outbox, which is full" : "waits for a run";
  if (isLeaving) return names === "" ? "leaves" : `leaves: ${names}`;
  if (waitsFor !== null) return names === "" ? waits : `${waits}: ${names}`;
  return names === "" ? waits : names;
}

function sumOf(workers: readonly WorkerListed[]): string {
  const slots = workers.reduce((sum, one) => sum + one.slots, 0);
  const speeds = workers.flatMap((one) => speedOf(one) ?? []);
  const speed = speeds.reduce((sum, one) => sum + one, 0);
  const pace = speeds.length === 0 ? "" : `, ${count(speed)} steps/s`;
  return `${counted(workers.length, "worker")}, ${counted(slots, "run")} at a time${pace}`;
}

/** Returns the steps per second of all runs of a worker; null where none is known. */
function speedOf({ runs }: WorkerListed): number | null {
  const known = runs.flatMap(({ stepsPerSecond }) => stepsPerSecond ?? []);
  return known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0);
}

/** Returns the engines that queues are of, with their revisions: `simd 2`. */
export function enginesOf(queues: readonly string[]): string[] {
  const engines = queues.map((queue) => queue.split(".").slice(2, 4).join(" "));
  return [...new Set(engines)];
}

/** Says what was removed. */
export function droppedText(dropped: Dropped, database: string): string {
  if (dropped === null) return asLine(`${database}: there is no schema ablate; nothing to remove`);
  const { rows, bytes: size } = dropped.outbox;
  const lost =
    rows === 0
      ? "nothing was on its way to a store"
      : `with ${counted(rows, "message")} (${bytes(size)}) that no store had yet; those steps are trained again`;
  return asLine(`${database}: removed the schema ablate, ${lost}`);
}

/** Returns a row for each coordinator and each worker, and one for the outbox, for scripts. */
export function workersRows({ coordinators, workers, outbox }: WorkersListed): readonly object[] {
  return [
    ...coordinators.map((one) => ({ kind: "coordinator", ...whoOf(one), grid: one.grid })),
    ...workers.map((one) => ({
      kind: "worker",
      ...whoOf(one),
      cpu: one.cpu,
      os: one.os,
      node: one.node,
      slots: one.slots,
      steps_per_s: speedOf(one),
      leaving: one.isLeaving,
      waits_for: one.waitsFor,
      silent_s: one.age,
      runs: one.runs.map(({ run, stepsPerSecond }) => ({ run, steps_per_s: stepsPerSecond })),
    })),
    { kind: "outbox", messages: outbox.rows, bytes: outbox.bytes },
  ];
}

function whoOf({ host, pid, version, since, queues }: CoordinatorListed | WorkerListed) {
  return { host, pid, ablate: version, since, engines: enginesOf(queues) };
}
