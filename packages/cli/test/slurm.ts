/**
 * A real Slurm for tests: munged, slurmctld and one slurmd on loopback, in a folder of their own, at ports of their own.
 * They run as whoever runs the tests, so that root is not needed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "../../../testing/postgres.ts";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "squeue"];
/** Daemons are not on the path of everybody. */
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const PATIENCE = { timeout: 20_000, interval: 100 };

/** Null: it is there. @throws Error - if it is missing where `CI` is set: nothing is skipped there */
export function slurmMissing(): string | null {
  const none = PROGRAMS.filter(
    (name) => !PATH.split(":").some((folder) => existsSync(join(folder, name))),
  );
  if (none.length === 0) return null;
  const missing = `no ${none.join(", ")} (Debian's munge, slurmctld, slurmd, slurm-client)`;
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs them`);
  return missing;
}

export class Slurm {
  readonly folder: string;
  readonly #daemons: ChildProcess[] = [];
  #began = performance.now();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts the three, and waits until the node takes jobs. */
  static async make(): Promise<Slurm> {
    const folder = mkdtempSync(join(tmpdir(), "ablate-slurm-"));
    const slurm = new Slurm(folder);
    for (const name of ["state", "spool"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "munge.key"), randomBytes(64), { mode: 0o400 });
    const ports = { controller: await freePort(), node: await freePort() };
    writeFileSync(join(folder, "slurm.conf"), settings(folder, ports));
    try {
      await slurm.#start();
    } catch (error) {
      await slurm.stop();
      throw error;
    }
    return slurm;
  }

  /** Since the controller was started. */
  get ageMs(): number {
    return performance.now() - this.#began;
  }

  /** Runs one of Slurm's commands; what it prints. */
  command(name: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr } = spawnSync(name, args, {
      cwd: this.folder,
      encoding: "utf8",
      env: { ...process.env, PATH, SLURM_CONF: join(this.folder, "slurm.conf"), ...env },
    });
    if (status !== 0) throw new Error(`${name} ${args.join(" ")}: ${stderr}`);
    return stdout.trim();
  }

  /** What a job has printed so far. */
  output(job: string): string {
    const file = join(this.folder, `${job}.out`);
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** Ends all jobs and the daemons. */
  async stop(): Promise<void> {
    const [, controller] = this.#daemons;
    if (controller !== undefined && controller.exitCode === null) {
      this.command("scancel", ["--full", "--signal=KILL", "--user", userInfo().username]);
      this.command("scancel", ["--user", userInfo().username]);
      await vi.waitFor(() => {
        const left = this.command("squeue", ["--noheader"]);
        if (left !== "") throw new Error(`jobs are left: ${left}`);
      }, PATIENCE);
    }
    for (const daemon of this.#daemons.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue;
      const gone = once(daemon, "exit");
      daemon.kill("SIGTERM");
      await gone;
    }
  }

  async #start(): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    const own = (name: string): string => `--${name}-file=${at(`munge.${name}`)}`;
    // --force: the tests' folder is closed to others, who are not going to ask.
    const socket = ["--foreground", "--force", `--socket=${at("munge.socket")}`];
    this.#spawn("munged", [...socket, ...["key", "pid", "log", "seed"].map(own)]);
    await vi.waitFor(() => {
      if (!existsSync(at("munge.socket"))) throw new Error("munged does not start");
    }, PATIENCE);
    this.#began = performance.now();
    this.#spawn("slurmctld", ["-D", "-c", "-f", at("slurm.conf")]);
    this.#spawn("slurmd", ["-D", "-N", "box", "-f", at("slurm.conf")]);
    await vi.waitFor(() => {
      const state = this.command("sinfo", ["--noheader", "--format=%T"]);
      if (state !== "idle") throw new Error(`the node is ${state}`);
    }, PATIENCE);
  }

  #spawn(program: string, args: readonly string[]): void {
    const env = { ...process.env, PATH, SLURM_CONF: join(this.folder, "slurm.conf") };
    this.#daemons.push(spawn(program, args, { stdio: "ignore", cwd: this.folder, env }));
  }
}

function settings(folder: string, ports: { controller: number; node: number }): string {
  const [name] = hostname().split(".");
  const user = userInfo().username;
  return `ClusterName=ablate
SlurmctldHost=${name}(127.0.0.1)
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
CredType=cred/munge
# Queued again, a job begins no sooner than its credential has expired: 120 s otherwise.
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPort=${ports.controller}
SlurmdPort=${ports.node}
SlurmctldLogFile=${folder}/controller.log
SlurmdLogFile=${folder}/node.log
SlurmctldPidFile=${folder}/controller.pid
SlurmdPidFile=${folder}/node.pid
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SchedulerType=sched/backfill
SchedulerParameters=sched_min_interval=0,bf_interval=1
JobRequeue=1
ReturnToService=2
# As many cores as the test wants, whatever the machine has.
SlurmdParameters=config_overrides
NodeName=box NodeHostname=${name} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}
