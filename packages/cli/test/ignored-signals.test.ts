/** Signals that were ignored when the command was started: a night's training outlives its terminal. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { spawn as spawnOnTerminal } from "@lydell/node-pty";
import { expect, onTestFinished, test, vi } from "vitest";
import { ablate, jsonRows, makeFolder } from "./make.ts";
import { PATIENCE } from "./start-run.ts";

const LAUNCHER = fileURLToPath(new URL("../../../ablate", import.meta.url));
const ENDLESS = ["run", "small.yaml", "--steps", "50000000", "--workers", "1", "--only", "plain"];

/** A run that a script has started in the background by `how`; it says its steps into a file. */
async function startedBy(how: string): Promise<{
  readonly pid: number;
  readonly steps: () => number;
  readonly ended: Promise<unknown>;
}> {
  const folder = makeFolder();
  writeFileSync(join(folder, "script"), `${how} >out 2>err & echo $! >pid; wait $!; exit $?`);
  const shell: ChildProcess = spawn("sh", ["script", LAUNCHER, ...ENDLESS, "--json"], {
    cwd: folder,
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => shell.once("exit", resolve));
  const read = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  const steps = (): number => [...read("out").matchAll(/"event":"progress"/g)].length;
  await vi.waitFor(() => expect(steps(), read("err")).toBeGreaterThan(0), PATIENCE);
  const pid = Number(read("pid"));
  onTestFinished(() => {
    if (shell.exitCode === null) process.kill(pid, "SIGKILL");
  });
  return { pid, steps, ended };
}

/** How it is started, what is ignored then, the script, and what ends it all the same. */
const STARTS = [
  ["by nohup", "SIGHUP", `nohup "$@"`, "SIGTERM"],
  ["by setsid and nohup, its whole group", "SIGHUP", `setsid nohup "$@"`, "SIGTERM"],
  ["in the background of a script", "SIGINT", `"$@"`, "SIGHUP"],
  ["by a script that ignores it", "SIGTERM", `trap '' TERM USR2; "$@"`, "SIGHUP"],
  ["by a script that ignores it", "SIGUSR2", `trap '' TERM USR2; "$@"`, "SIGHUP"],
] as const;

test.each(STARTS)("training started %s, outlives %s", async (_, ignored, how, heard) => {
  const { pid, steps, ended } = await startedBy(how);
  const before = steps();

  process.kill(how.startsWith("setsid") ? -pid : pid, ignored);
  await vi.waitFor(() => expect(steps()).toBeGreaterThan(before + 2), PATIENCE);
  process.kill(pid, heard);

  expect(await ended).toBe(130);
});

test("training that ignores hangups goes on when its terminal is closed", async () => {
  const folder = makeFolder();
  const script = `trap '' HUP; echo $$ >pid; exec "$@"`;
  const terminal = spawnOnTerminal("sh", ["-c", script, "sh", LAUNCHER, ...ENDLESS], {
    cwd: folder,
    env: { ...process.env },
  });
  const step = async (): Promise<number> =>
    Number(jsonRows(await ablate(folder, "runs", "--json"))[0]?.last_step ?? 0);
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  await vi.waitFor(() => expect(output).toContain("steps/s"), PATIENCE);
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  onTestFinished(() => {
    terminal.kill("SIGKILL");
  });

  if (!("destroy" in terminal) || typeof terminal.destroy !== "function") throw new TypeError();
  terminal.destroy();
  const before = await step();
  await vi.waitFor(async () => expect(await step()).toBeGreaterThan(before + 10_000), PATIENCE);
  process.kill(pid, "SIGTERM");

  await vi.waitFor(async () => {
    const [run] = jsonRows(await ablate(folder, "runs", "--json"));
    expect(run?.state).toBe("stopped");
  }, PATIENCE);
});

test("the UI ends with its terminal, also where hangups are ignored", async () => {
  const folder = makeFolder();
  await ablate(folder, "run", "small.yaml", "--steps", "5", "--quiet");
  const script = `trap '' HUP; "$@"; echo $? >code`;
  const terminal = spawnOnTerminal("sh", ["-c", script, "sh", LAUNCHER, "ui"], {
    cwd: folder,
    env: { ...process.env, TERM: "xterm-256color", XDG_STATE_HOME: folder },
  });
  let output = "";
  terminal.onData((data) => {
    output += data;
  });
  await vi.waitFor(() => expect(stripVTControlCharacters(output)).toContain("q quit"), PATIENCE);

  if (!("destroy" in terminal) || typeof terminal.destroy !== "function") throw new TypeError();
  terminal.destroy();

  const code = join(folder, "code");
  await vi.waitFor(() => expect(readFileSync(code, "utf8")).toBe("129\n"), PATIENCE);
});
