/** Workers that ssh starts, by a real sshd: with a way to the Postgres of their own, and by ssh's. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort, Postgres, postgresFound } from "../../../testing/postgres.ts";
import { ablate, COMMAND, jsonRows, makeFolder } from "./make.ts";
import { Sshd, sshdMissing } from "./ssh.ts";
import { PATIENCE, startRun } from "./start-run.ts";

const missing = sshdMissing() ?? postgresFound().missing;
const title = missing === null ? "" : `: ${missing}`;

let sshd: Sshd;
let postgres: Postgres;

beforeAll(async () => {
  if (missing !== null) return;
  [sshd, postgres] = await Promise.all([Sshd.make(), Postgres.make({ isFsyncOff: true })]);
}, 60_000);

afterAll(async () => {
  await sshd?.stop();
  await postgres?.stop();
});

test.skipIf(missing)(
  `ssh -R: a machine without a way to Postgres trains a grid${title}`,
  async () => {
    const folder = makeFolder();
    const port = await freePort();
    const tunnel = ["-R", `127.0.0.1:${port}:127.0.0.1:${postgres.port}`];
    const through = postgres.url.replace(`:${postgres.port}/`, `:${port}/`);
    const worker = start(tunnel, "worker", "--exit-when-idle", "3s", through);

    const run = startRun(folder, "small.yaml", "--on", postgres.url);

    expect(await run.ended, run.errors()).toBe(0);
    expect(await worker.ended, worker.said()).toBe(0);
    const states = jsonRows(await ablate(folder, "runs", "--json")).map(({ state }) => state);
    expect(states).toEqual(["finished", "finished"]);
  },
);

test.skipIf(missing)(`ssh -t: a worker whose ssh ends hands its run on${title}`, async () => {
  const folder = makeFolder();
  const long = ["--set", "train.steps=200000", "--only", "plain"];
  const first = start(["-tt"], "worker", postgres.url);
  const run = startRun(folder, "small.yaml", "--on", postgres.url, ...long);
  await vi.waitFor(() => expect(run.events("progress")).not.toEqual([]), PATIENCE);

  first.end();
  await vi.waitFor(() => expect(run.events("evicted")).toHaveLength(1), PATIENCE);
  const second = start([], "worker", "--exit-when-idle", "3s", postgres.url);

  expect(await run.ended, run.errors()).toBe(0);
  expect(run.events("retried")).toEqual([]);
  expect(await second.ended, second.said()).toBe(0);
});

type Remote = {
  readonly said: () => string;
  readonly ended: Promise<number | null>;
  /** Ends ssh, as a lid that is closed does. */
  readonly end: () => void;
};

/** Starts `ablate WORDS` on the other side. */
function start(options: readonly string[], ...words: readonly string[]): Remote {
  const command = join(sshd.folder, "ablate");
  writeFileSync(command, `#!/bin/sh\nexec '${COMMAND.join("' '")}' "$@"\n`, { mode: 0o755 });
  const [program, ...args] = sshd.words(...options);
  const child = spawn(program, [...args, [command, ...words].join(" ")]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  return { said: () => said, ended, end: () => child.kill("SIGTERM") };
}
