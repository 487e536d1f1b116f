/** A real sshd for tests: on loopback, at a port of its own, with keys of its own, for whoever runs the tests. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { vi } from "vitest";
import { freePort } from "../../../testing/postgres.ts";

const SSHD = "/usr/sbin/sshd";
/** sshd wants it where it separates privileges; Debian's start script makes it. */
const SEPARATION = "/run/sshd";

/** Null: it is there. @throws Error - if it is missing where `CI` is set: nothing is skipped there */
export function sshdMissing(): string | null {
  const isThere = existsSync(SSHD) && spawnSync("ssh", ["-V"]).status === 0;
  if (isThere) return null;
  const missing = "no sshd (Debian's openssh-server, openssh-client)";
  if (process.env.CI !== undefined) throw new Error(`${missing}: .ci/run installs it`);
  return missing;
}

export class Sshd {
  readonly folder: string = mkdtempSync(join(tmpdir(), "ablate-ssh-"));
  #port = 0;
  #daemon: ChildProcess | null = null;

  static async make(): Promise<Sshd> {
    const sshd = new Sshd();
    await sshd.#start();
    return sshd;
  }

  /** The words of `ssh` up to the machine's name, which is `box`. */
  words(...options: readonly string[]): readonly [string, ...string[]] {
    return ["ssh", "-F", join(this.folder, "config"), ...options, "box"];
  }

  async stop(): Promise<void> {
    if (this.#daemon === null || this.#daemon.exitCode !== null) return;
    const gone = once(this.#daemon, "exit");
    this.#daemon.kill("SIGTERM");
    await gone;
  }

  async #start(): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    for (const key of ["host", "own"]) {
      spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
    }
    copyFileSync(at("own.pub"), at("authorized"));
    if (process.getuid?.() === 0) mkdirSync(SEPARATION, { recursive: true, mode: 0o755 });
    this.#port = await freePort();
    writeFileSync(
      at("sshd_config"),
      [
        `Port ${this.#port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${at("host")}`,
        `AuthorizedKeysFile ${at("authorized")}`,
        `PidFile ${at("pid")}`,
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
      ].join("\n"),
    );
    writeFileSync(
      at("config"),
      [
        "Host box",
        "  HostName 127.0.0.1",
        `  Port ${this.#port}`,
        `  IdentityFile ${at("own")}`,
        `  UserKnownHostsFile ${at("known")}`,
        "  StrictHostKeyChecking no",
        "  LogLevel ERROR",
        "  BatchMode yes",
      ].join("\n"),
    );
    this.#daemon = spawn(SSHD, ["-D", "-e", "-f", at("sshd_config")], { stdio: "ignore" });
    const [program, ...args] = this.words();
    await vi.waitFor(
      () => {
        const { status, stderr } = spawnSync(program, [...args, "true"], { encoding: "utf8" });
        if (status !== 0) throw new Error(`sshd does not answer: ${stderr}`);
      },
      { timeout: 10_000, interval: 50 },
    );
  }
}
