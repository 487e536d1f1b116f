/** docs/machines.md: what a reader copies brings up Postgres, a coordinator and two workers, then TLS and two roles. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { asUser, freePort, postgresFound, unprivileged } from "../../../testing/postgres.ts";
import { blocks, page, sections } from "./documents.ts";
import { checkoutFolder } from "./drawn-page.ts";
import { COMMAND } from "./make.ts";
import { PATIENCE } from "./start-run.ts";

type Running = {
  readonly said: () => string;
  readonly ended: Promise<number | null>;
  readonly stop: () => Promise<number | null>;
};

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const { bin, missing } = postgresFound();
const text = page("docs/machines.md");
const home = checkoutFolder();
const started: Running[] = [];
let port = 0;

beforeAll(async () => {
  if (bin === null) return;
  port = await freePort();
  chmodSync(home, 0o777);
  chmodSync(dirname(home), statSync(dirname(home)).mode | 0o011);
  mkdirSync(join(home, "bin"));
  symlinkSync(join(ROOT, "packages"), join(home, "packages"));
  // The name that the certificate is for has to lead here.
  program("hostname", "echo localhost");
  const user = unprivileged();
  if (user === null) return;
  // Postgres refuses root: as another user, who owns what root has made.
  for (const name of ["initdb", "pg_ctl"]) {
    const words = asUser([join(bin, name)]).join(" ");
    const stdin = name === "initdb" ? "cat > ~/in; chown USER ~/in; exec < ~/in" : "";
    program(
      name,
      `mkdir -p ~/ablate-pg; ${stdin}\nchown -R USER ~/ablate-pg\nexec ${words} "$@"`.replaceAll(
        "USER",
        user,
      ),
    );
  }
});

afterAll(async () => {
  for (const one of started) await one.stop();
  if (existsSync(join(home, "ablate-pg"))) await copied("pg_ctl -D ~/ablate-pg stop -m immediate");
});

const title = missing === null ? "" : `: ${missing}`;

test.skipIf(missing)(`five minutes: a Postgres, a coordinator, two workers${title}`, async () => {
  const [postgres = "", run = "", worker = "", look = ""] = blocksOf("Five minutes");

  await copied(postgres);
  const workers = [terminal(worker), terminal(worker)];
  const grid = terminal(`${run.trim()} --steps 300 --set record.evaluate=none`);
  for (const { said } of workers) await vi.waitFor(() => expect(said()).toMatch(/v\d/), PATIENCE);
  const seen = await copied(look);

  expect(await grid.ended, grid.said()).toBe(0);
  expect(seen).toMatch(/2 workers/);
  expect(seen).toMatch(/quickstart\/v1/);
  for (const { stop } of workers) expect(await stop()).toBe(130);
});

test.skipIf(missing)(`TLS that is checked, and a role for each side${title}`, async () => {
  const [certificate = "", roles = "", server = "", use = ""] = blocks(
    text.slice(text.indexOf("### TLS and two roles"), text.indexOf("## Security")),
    "sh",
  );
  const [root = "", run = "", worker = ""] = use.trim().split("\n");
  const name = `name=localhost; ${root}`;

  await copied([certificate, roles, server].join("\n"));
  const grid = terminal(`${name}; ${run} --steps 400 --set record.evaluate=none`);
  const trains = terminal(`${name}; ${worker}`);

  expect(await grid.ended, grid.said()).toBe(0);
  expect(trains.said()).toMatch(/v1-steps=400: finished after 400 steps/);
  expect(await trains.stop()).toBe(130);
  const stranger = terminal(`name=127.0.0.1; ${root}; ${worker}`);
  expect(await stranger.ended).toBe(2);
  expect(stranger.said()).toMatch(/certificate is for another host name/);
});

test.skipIf(missing)(`what is deleted as it says is gone${title}`, async () => {
  const remove = blocksOf("Five minutes").at(-1) ?? "";

  await copied(remove);

  expect(existsSync(join(home, "ablate-pg"))).toBe(false);
});

function blocksOf(section: string): readonly string[] {
  return blocks(sections(text).get(section) ?? "", "sh");
}

function program(name: string, script: string): void {
  writeFileSync(join(home, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Runs a block to its end; what it says. It has to succeed line by line. */
async function copied(block: string): Promise<string> {
  const { ended, said } = terminal(`set -e\n${block}`);
  expect(await ended, said()).toBe(0);
  return said();
}

/** Runs lines as a reader does whose home is this folder; the port is one that is free. */
function terminal(lines: string): Running {
  const words = COMMAND.map((word) => `'${word}'`).join(" ");
  const own = lines.replaceAll("5433", `${port}`);
  // The last line takes the place of the shell, so that it gets the signals.
  const script = own
    .replace(/(^|; )\.\/ablate (run|worker) /gm, `$1exec ${words} $2 `)
    .replaceAll("./ablate ", `${words} `);
  const { ABLATE_STORE: _, NODE_OPTIONS: __, CI: ___, ...rest } = process.env;
  const env = { ...rest, NO_COLOR: "1", HOME: home, PATH: `${join(home, "bin")}:${rest.PATH}` };
  const child = spawn("bash", ["-c", script], { cwd: home, env, detached: true });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = once(child, "exit").then(([code]: (number | null)[]) => code ?? null);
  const stop = (): Promise<number | null> => {
    if (child.exitCode === null) child.kill("SIGTERM");
    return ended;
  };
  const running = { said: () => said, ended, stop };
  started.push(running);
  return running;
}
