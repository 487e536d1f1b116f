/** What is wrong with the end of a round, beside what its store says. */
import { setTimeout as pause } from "node:timers/promises";
import type { Postgres } from "../../../../testing/postgres.ts";
import { RUNS } from "../chaos/grid.ts";
import { type Fault, type FaultKind, losesRuns } from "./faults.ts";
import type { Lab } from "./lab.ts";

export type Struck = { readonly fault: Fault; readonly at: number };

/** A run that a fault cost its worker, and how long it took until another one began with it. */
export type HandedOn = { readonly kind: FaultKind; readonly ms: number };

type Heard = { readonly at: number; readonly event: Readonly<Record<string, unknown>> };

/** What the coordinators of a round have said, one after the other. */
export function eventsOf({ coordinator }: Lab): readonly Heard[] {
  return coordinator.process.lines.map(({ at, line }) => ({ at, event: JSON.parse(line) }));
}

export function countOf(events: readonly Heard[], name: string): number {
  return events.filter(({ event }) => event.event === name).length;
}

/** Of eight runs one diverges, so that the command ends with 1; each has one end. */
export function endFaults(code: number | null, events: readonly Heard[]): string[] {
  if (code === null) return [`the coordinator has not ended: ${tail(events)}`];
  const done = events.findLast(({ event }) => event.event === "done")?.event;
  const isWell = code === 1 && done?.event === "done" && done.left === 0 && done.bad === 1;
  const ends = events.flatMap(({ event }) =>
    event.event === "ended" && ["finished", "diverged"].includes(String(event.state))
      ? [String(event.run)]
      : [],
  );
  const twice = ends.filter((run, index) => ends.indexOf(run) !== index);
  return [
    ...(isWell ? [] : [`the coordinator ended with ${code}: ${tail(events)}`]),
    ...twice.map((run) => `${run} was trained to its end twice`),
    ...(ends.length <= RUNS ? [] : [`${ends.length} ends`]),
  ];
}

/** Of a worker that is told to go: as it is told by a user; null: before it could listen. */
const WELL: readonly (number | null)[] = [130, null];

/** Rows that nobody needs any more, jobs that somebody still holds, processes without a parent. */
export async function leftBehind({ server, name, workers, coordinator }: Lab): Promise<string[]> {
  const rows = (): string => rowsOf(server.postgres, OPEN_ROWS, name);
  let wrong: string[] = [];
  if ((await settled(rows, NO_ROWS)) !== NO_ROWS) {
    // One that ends while the database is away leaves it as it is to the next start.
    coordinator.process.start();
    await coordinator.process.ended;
    const left = await settled(rows, NO_ROWS);
    if (left !== NO_ROWS) wrong = [`rows of ${TABLES.join(", ")} are left: ${left}`];
  }
  for (const [index, { process }] of workers.entries()) {
    const who = `worker ${index + 1}`;
    if (!process.isAlive) wrong.push(`${who} ended by itself with ${await process.ended}`);
    else if (!WELL.includes(await process.end("SIGTERM")))
      wrong.push(`${who}: ${await process.ended}`);
    const orphans = await settled(() => process.orphans().join(), "");
    if (orphans !== "") wrong.push(`${who} has left its processes behind: ${orphans}`);
  }
  return wrong;
}

const TABLES = [
  "ablate.attempt",
  "ablate.outbox",
  "ablate.file",
  "ablate.coordinator",
  "ablate.job where state in ('created', 'retry', 'active') and name like 'runs.%'",
];
const OPEN_ROWS = `select ${TABLES.map((table) => `(select count(*) from ${table})`).join(", ")}`;
const NO_ROWS = TABLES.map(() => "0").join("|");

/** A database may be just coming back. */
function rowsOf(postgres: Postgres, text: string, database: string): string {
  try {
    return postgres.sql(text, database);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Nobody who looks at stderr is shown a stack. */
export function unfitWords({ stations }: Lab): string[] {
  return stations.flatMap(({ process: { errors } }) =>
    /\n\s+at |internal error|undefined|\[object/.test(errors) ? [`stderr: ${errors}`] : [],
  );
}

/** For each fault that costs a worker its run: until the next run that is tried again is placed. */
export function handedOn(struck: readonly Struck[], events: readonly Heard[]): HandedOn[] {
  return struck
    .filter(({ fault }) => losesRuns(fault))
    .flatMap(({ fault: { kind }, at }) => {
      const retried = events.find((heard) => heard.at > at && heard.event.event === "retried");
      const placed = events.find(
        ({ at: then, event }) =>
          retried !== undefined &&
          then >= retried.at &&
          event.event === "placed" &&
          event.run === retried.event.run,
      );
      return placed === undefined ? [] : [{ kind, ms: placed.at - at }];
    });
}

/** What is so a moment later is well: a worker says that it is done after the coordinator has ended. */
async function settled(look: () => string, wanted: string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    if (look() === wanted) return wanted;
    await pause(100);
  }
  return look();
}

function tail(events: readonly Heard[]): string {
  return events
    .slice(-3)
    .map(({ event }) => JSON.stringify(event))
    .join(" ");
}
