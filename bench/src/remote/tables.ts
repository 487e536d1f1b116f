/** What was measured of workers on other machines, as tables. */
import type { Table } from "../table.ts";
import { spread } from "../timings.ts";
import type { Flow } from "./flow.ts";
import type { Quantiles } from "./quantiles.ts";
import type { RemoteReport } from "./report.ts";

const MB = 1e6;
/** Two workers over Postgres against two local ones are to be at least this. */
const LEAST = 0.85;

export function remoteTables(report: RemoteReport): Table[] {
  return [
    sentTable(report),
    fastTable(report),
    momentTable(report),
    saturationTable(report),
    outboxTable(report),
    versusTable(report),
  ].filter(({ rows }) => rows.length > 0);
}

function sentTable({ sent }: RemoteReport): Table {
  return {
    title: "What one worker sends at full speed, a second",
    head: ["", "steps", "messages", "kB a message", "MB"],
    rows: sent.map(({ load, steps, messages, bytes }) => [
      load,
      count(steps),
      messages.toFixed(1),
      (bytes / messages / 1000).toFixed(1),
      (bytes / MB).toFixed(2),
    ]),
  };
}

function fastTable({ fast }: RemoteReport): Table {
  return {
    title: "As fast as it goes, a second, into SQLite; processor seconds a second",
    head: [
      "simulated workers",
      "messages",
      "MB",
      "steps",
      "committed p50, p95",
      "coordinator",
      "Postgres",
    ],
    rows: fast.map((flow) => [
      String(flow.workers),
      count((flow.messages * flow.drained) / flow.bytes),
      (flow.drained / MB).toFixed(1),
      count((flow.steps * flow.drained) / flow.bytes),
      milliseconds(flow.put),
      flow.cpu.coordinator.toFixed(2),
      flow.cpu.postgres.toFixed(2),
    ]),
  };
}

function momentTable({ claim, kill, saturation }: RemoteReport): Table {
  const next = saturation.at(0)?.fitting ?? saturation.at(0)?.all;
  return {
    title: "Until a run starts",
    head: ["from", "until", ""],
    rows: [
      ["handed out", "its request is at a worker that waits, p50, p95", milliseconds(claim)],
      ...(next === undefined
        ? []
        : [
            [
              "a run has ended",
              `the next one is at the worker, with ${next.workers} workers, p50, p95`,
              milliseconds(next.next),
            ],
          ]),
      ...(kill.length === 0
        ? []
        : [["kill -9 of a worker", "its run is at another one", `${seconds(kill)} s`]]),
    ],
  };
}

function saturationTable({ saturation }: RemoteReport): Table {
  return {
    title: "Simulated workers at a real pace; a second, and processor seconds a second",
    head: [
      "",
      "workers",
      "MB sent",
      "MB into SQLite",
      "without a run",
      "training stands still",
      "coordinator",
      "Postgres",
      "simulation",
      "connections",
    ],
    rows: saturation.flatMap(({ load, all, fitting }) =>
      [all, ...(fitting === null ? [] : [fitting])].map((flow) => flowRow(load, flow)),
    ),
  };
}

function flowRow(
  load: string,
  { workers, bytes, drained, still, idle, cpu, connections }: Flow,
): string[] {
  return [
    load,
    String(workers),
    (bytes / MB).toFixed(1),
    (drained / MB).toFixed(1),
    percent(idle),
    percent(still),
    cpu.coordinator.toFixed(2),
    cpu.postgres.toFixed(2),
    cpu.workers.toFixed(2),
    String(connections),
  ];
}

function outboxTable({ outbox: { unvacuumed, vacuumed } }: RemoteReport): Table {
  const row = (name: string, { disk, seconds: lasted, steps }: Flow): string[] => [
    name,
    lasted.toFixed(0),
    count(steps * lasted),
    (disk.most / MB).toFixed(1),
    (disk.last / MB).toFixed(1),
    (disk.most / (steps * lasted)).toFixed(1),
  ];
  return {
    title: "The outbox on Postgres' disk, two workers of two-layer",
    head: ["", "s", "steps gone through", "most MB", "MB at the end", "bytes a step"],
    rows: [
      ...(unvacuumed === null ? [] : [row("no autovacuum", unvacuumed)]),
      ...(vacuumed === null ? [] : [row("autovacuum", vacuumed)]),
    ],
  };
}

function versusTable({ versus }: RemoteReport): Table {
  const ratio = spread(versus.map(({ local, remote }) => remote / local));
  const rate = (values: readonly number[]): string => {
    const { median, low, high } = spread(values);
    return `${count(median)} (${count(low)} to ${count(high)})`;
  };
  const isMet = ratio.median >= LEAST ? "met" : "NOT MET";
  return {
    title: "Two workers, steps per second, the same grid in turn",
    head: ["two local", "two over Postgres", "ratio", "goal"],
    rows: [
      [
        rate(versus.map(({ local }) => local)),
        rate(versus.map(({ remote }) => remote)),
        `${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
        `at least ${LEAST}: ${isMet}`,
      ],
    ],
  };
}

function milliseconds({ p50, p95 }: Quantiles): string {
  if (p50 === null || p95 === null) return "-";
  return `${p50.toFixed(1)}, ${p95.toFixed(1)} ms`;
}

function seconds(values: readonly number[]): string {
  return values.map((value) => value.toFixed(1)).join(", ");
}

function percent(share: number): string {
  return `${(100 * Math.max(0, share)).toFixed(0)} %`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
