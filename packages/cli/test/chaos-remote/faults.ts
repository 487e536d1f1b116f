/** What may befall a grid on many machines. */
import { setTimeout as pause } from "node:timers/promises";
import type { Random } from "../chaos/random.ts";
import { type Lab, type Station, WORKERS } from "./lab.ts";
import type { Cut } from "./network.ts";

/** One that is drawn: when it strikes, whom, and how long until it is over. */
export type Fault = {
  readonly kind: FaultKind;
  /** After so many lines of the coordinator, or a few seconds without. */
  readonly lines: number;
  readonly ms: number;
  readonly worker: number;
  readonly lastsMs: number;
  readonly cut: Cut;
};

type Strike = (lab: Lab, fault: Fault, until: Promise<unknown>) => Promise<string>;

/** A lease is 10 s and looked at every 3 s: so long a silence is beyond it, or far from it. */
const BEYOND = { from: 14_000, to: 19_000 };
const SHORT = { from: 200, to: 3000 };

/** Longer than it takes a process to be started again. */
const RESTART = { from: 0, to: 2500 };

type Kind = {
  readonly lasts: readonly { readonly from: number; readonly to: number }[];
  /** Whether a run may be lost by it, so that it is tried again. */
  readonly loses: boolean;
  readonly needsDisk?: boolean;
  readonly strike: Strike;
};

export const FAULT_KINDS = [
  "worker killed",
  "run's process killed",
  "worker stopped",
  "worker cut off",
  "worker cut off for a moment",
  "worker evicted",
  "coordinator killed",
  "coordinator cut off",
  "postmaster killed",
  "database's disk full",
  "store's disk full",
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

const KINDS: Readonly<Record<FaultKind, Kind>> = {
  "worker killed": { lasts: [RESTART], loses: true, strike: ofWorker(killed("SIGKILL")) },
  "run's process killed": { lasts: [RESTART], loses: true, strike: ofWorker(forkKilled) },
  "worker stopped": { lasts: [BEYOND], loses: true, strike: ofWorker(halted) },
  "worker cut off": { lasts: [BEYOND], loses: true, strike: ofWorker(cutOff) },
  "worker cut off for a moment": { lasts: [SHORT], loses: false, strike: ofWorker(cutOff) },
  "worker evicted": { lasts: [RESTART], loses: false, strike: ofWorker(killed("SIGTERM")) },
  "coordinator killed": {
    lasts: [RESTART],
    loses: false,
    strike: ofCoordinator(killed("SIGKILL")),
  },
  "coordinator cut off": { lasts: [SHORT, BEYOND], loses: false, strike: ofCoordinator(cutOff) },
  "postmaster killed": { lasts: [SHORT], loses: true, strike: postmasterKilled },
  "database's disk full": { lasts: [SHORT], loses: true, needsDisk: true, strike: databaseFull },
  "store's disk full": { lasts: [SHORT], loses: false, needsDisk: true, strike: storeFull },
};

export function losesRuns({ kind }: Fault): boolean {
  return KINDS[kind].loses;
}

export function needsDisk(kind: FaultKind): boolean {
  return KINDS[kind].needsDisk === true;
}

const CUTS: readonly [Cut, ...Cut[]] = ["reset", "silence", "forgotten"];
/** Lines of the coordinator between one fault and the next, at most: a fifth of what an undisturbed grid says. */
const LINES = 30;
/** Of the first fault, mostly: by then workers train. */
const FIRST_LINES = 20;

export function drawFaults(kinds: readonly FaultKind[], random: Random): Fault[] {
  return kinds.map((kind, index) => {
    const isLate = index === 0 && random.next() < 0.75;
    const fault = drawFault(kind, random);
    return { ...fault, lines: fault.lines + (isLate ? FIRST_LINES : 0) };
  });
}

function drawFault(kind: FaultKind, random: Random): Fault {
  const [first, ...others] = KINDS[kind].lasts;
  const { from, to } = random.pick([first ?? SHORT, ...others]);
  return {
    kind,
    lines: random.below(LINES),
    ms: random.below(300),
    worker: random.below(WORKERS),
    lastsMs: from + random.below(to - from),
    cut: random.pick(CUTS),
  };
}

/** Lets it happen and pass. Returns what happened, in words; `until` ends it early. */
export function strike(lab: Lab, fault: Fault, until: Promise<unknown>): Promise<string> {
  return KINDS[fault.kind].strike(lab, fault, until);
}

type AtStation = (station: Station, fault: Fault, until: Promise<unknown>) => Promise<string>;

function ofWorker(at: AtStation): Strike {
  return async (lab, fault, until) => {
    const station = lab.workers[fault.worker];
    if (station === undefined) throw new Error(`no worker ${fault.worker}`);
    return `${await at(station, fault, until)} (worker ${fault.worker + 1})`;
  };
}

function ofCoordinator(at: AtStation): Strike {
  return (lab, fault, until) => at(lab.coordinator, fault, until);
}

/** It comes back a moment later. */
function killed(signal: "SIGKILL" | "SIGTERM"): AtStation {
  return async ({ process }, { kind, lastsMs }, until) => {
    const code = await process.end(signal);
    if (signal === "SIGKILL" && code !== null) return `${kind}: it had ended`;
    await passes(lastsMs, until);
    process.start();
    return `${kind}${signal === "SIGKILL" ? "" : `, ended with ${code}`}`;
  };
}

async function forkKilled({ process }: Station, { kind }: Fault): Promise<string> {
  return process.killForks() ? kind : `${kind}: it had none`;
}

async function halted(
  { process }: Station,
  fault: Fault,
  until: Promise<unknown>,
): Promise<string> {
  process.halt();
  await passes(fault.lastsMs, until);
  process.resume();
  return timed(fault);
}

async function cutOff(
  { network }: Station,
  fault: Fault,
  until: Promise<unknown>,
): Promise<string> {
  network.cut(fault.cut);
  await passes(fault.lastsMs, until);
  network.heal();
  return `${timed(fault)} by ${fault.cut}`;
}

async function postmasterKilled(
  { server }: Lab,
  fault: Fault,
  until: Promise<unknown>,
): Promise<string> {
  await server.postgres.kill();
  await passes(fault.lastsMs, until);
  await server.postgres.start();
  return timed(fault);
}

async function databaseFull(
  { server }: Lab,
  fault: Fault,
  until: Promise<unknown>,
): Promise<string> {
  server.disk?.fill();
  await passes(fault.lastsMs, until);
  server.disk?.free();
  await server.postgres.start();
  return timed(fault);
}

async function storeFull(
  { storeDisk }: Lab,
  fault: Fault,
  until: Promise<unknown>,
): Promise<string> {
  storeDisk?.fill();
  await passes(fault.lastsMs, until);
  storeDisk?.free();
  return timed(fault);
}

function passes(ms: number, until: Promise<unknown>): Promise<unknown> {
  return Promise.race([pause(ms), until]);
}

function timed({ kind, lastsMs }: Fault): string {
  return `${kind} for ${(lastsMs / 1000).toFixed(1)} s`;
}
