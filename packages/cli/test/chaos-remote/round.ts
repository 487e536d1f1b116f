/** One round: a grid is trained by three workers, whatever befalls, and held against one of a single machine. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { differences, faults as faultsIn } from "../chaos/whole-grid.ts";
import { type Fault, losesRuns, strike } from "./faults.ts";
import { Lab, type LabOptions } from "./lab.ts";
import {
  countOf,
  endFaults,
  eventsOf,
  type HandedOn,
  handedOn,
  leftBehind,
  type Struck,
  unfitWords,
} from "./verdict.ts";

/** Longer than all faults of a round one after the other, and the grid. */
const PATIENCE_MS = 240_000;
/** A coordinator that waits says nothing; the next fault does not wait for it for ever. */
const SILENCE_MS = 3000;
/** The first one waits for it to begin, however busy the machine is. */
const START_MS = 15_000;
/** How often a run may be tried again where faults cost workers their runs; none, where they do not. */
const MOST_RETRIES = 20;

export type RoundOptions = Omit<LabOptions, "options"> & {
  readonly faults: readonly Fault[];
  /** A store in which nothing befell the same runs. */
  readonly undisturbed: string;
};

export type Round = {
  readonly happened: readonly string[];
  readonly retried: number;
  readonly evicted: number;
  readonly handedOn: readonly HandedOn[];
  readonly seconds: number;
  /** What is wrong in the end; nothing, if all is well. */
  readonly wrong: readonly string[];
};

export async function remoteRound(options: RoundOptions): Promise<Round> {
  const began = performance.now();
  const { faults, undisturbed } = options;
  const retries = faults.some(losesRuns) ? MOST_RETRIES : 0;
  const lab = await Lab.open({ ...options, options: ["--max-retries", `${retries}`] });
  try {
    lab.start();
    const ended = endOf(lab);
    const struck: Struck[] = [];
    const late = pause(PATIENCE_MS, null, { ref: false });
    const happened = befall(lab, { faults, struck }, Promise.race([ended, late]));
    const code = await Promise.race([ended, late]);
    const said = await happened;
    const events = eventsOf(lab);
    const ends = [...endFaults(code, events), ...(await leftBehind(lab)), ...unfitWords(lab)];
    const wrong =
      code === 1 ? [...ends, ...faultsIn(lab.store), ...differences(lab.store, undisturbed)] : ends;
    if (wrong.length > 0) keepAll(lab, options.folder);
    return {
      happened: said,
      retried: countOf(events, "retried"),
      evicted: countOf(events, "evicted"),
      handedOn: handedOn(struck, events),
      seconds: (performance.now() - began) / 1000,
      wrong,
    };
  } finally {
    await lab.close();
  }
}

/** Leaves the store and what everybody has said in the folder, for who wants to know why. */
function keepAll({ name, store, stations }: Lab, folder: string): void {
  copyFileSync(store, join(folder, `${name}.db`));
  const said = stations.flatMap(({ process: { lines, errors } }, index) => [
    ...lines.map(({ at, line }) => `${Math.round(at)} ${index} ${line}`),
    `${index} stderr: ${errors}`,
  ]);
  writeFileSync(join(folder, `${name}.log`), said.join("\n"));
}

/** Resolves when the coordinator has ended by itself. */
async function endOf({ coordinator: { process } }: Lab): Promise<number> {
  for (;;) {
    const code = await process.ended;
    if (code !== null) return code;
    await pause(50);
  }
}

/** Lets faults begin one after the other, each at its moment; they may last beside each other. */
async function befall(
  lab: Lab,
  { faults, struck }: { readonly faults: readonly Fault[]; readonly struck: Struck[] },
  until: Promise<unknown>,
): Promise<readonly string[]> {
  const happening: Promise<string>[] = [];
  let isOver = false;
  void until.then(() => {
    isOver = true;
  });
  for (const [index, fault] of faults.entries()) {
    const patienceMs = index === 0 ? START_MS : SILENCE_MS;
    await Promise.race([lab.coordinator.process.hear(fault.lines, patienceMs), until]);
    await Promise.race([pause(fault.ms), until]);
    if (isOver) break;
    struck.push({ fault, at: performance.now() });
    happening.push(strike(lab, fault, until));
  }
  return Promise.all(happening);
}
