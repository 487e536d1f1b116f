/** A query on a store in a read-only place reads a copy: however it ends, none is left behind. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { isRunning } from "@ablate/runner/test/processes";
import { beforeAll, expect, test, vi } from "vitest";
import { ablate, COMMAND, makeFolder } from "./make.ts";

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;
const onMount = test.skipIf(!canMount && !process.env.CI);

const FOR_EVER =
  "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

/** More than any system counts to. */
const NO_PROCESS = 2 ** 30;

let folder = "";

beforeAll(async () => {
  folder = makeFolder();
  mkdirSync(join(folder, "store"));
  const { status } = await ablate(
    folder,
    ...["run", "small.yaml", "--steps", "2", "--quiet", "--store", "store/ablate.db"],
  );
  expect(status).toBe(0);
});

type Started = {
  readonly asker: ChildProcess;
  /** The folder for its temporary files. */
  readonly temporary: string;
  readonly ended: Promise<{ readonly status: number | null; readonly stderr: string }>;
};

/** Starts a query on the store while its folder is mounted read-only. */
function startQuery(name: string, ...args: readonly string[]): Started {
  const temporary = join(folder, name);
  mkdirSync(temporary, { recursive: true });
  const script = 'mount --bind store store && mount -o remount,bind,ro store && exec "$@"';
  const asker = spawn(
    "unshare",
    ["-rm", "sh", "-c", script, "sh", ...COMMAND, "query", ...args, "--store", "store/ablate.db"],
    { cwd: folder, env: { ...process.env, TMPDIR: temporary, ABLATE_STORE: "" } },
  );
  let stderr = "";
  asker.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Awaited<Started["ended"]>>((resolve) =>
    asker.once("close", (status) => resolve({ status, stderr })),
  );
  return { asker, temporary, ended };
}

/** The process that runs the query, once it has a copy of the store open whose name is gone. */
function workerOf({ pid }: ChildProcess): Promise<number> {
  const found = (): number => {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    const open = children.filter((child) =>
      readdirSync(`/proc/${child}/fd`).some((fd) =>
        /ablate\.db \(deleted\)$/.test(readlinkSync(`/proc/${child}/fd/${fd}`)),
      ),
    );
    if (open[0] === undefined) throw new Error("no process has a copy open");
    return Number(open[0]);
  };
  return vi.waitFor(found, { timeout: 100_000 });
}

/** What a command has left among temporary files, the cache of compiled code aside. */
function leftIn(temporary: string): readonly string[] {
  return readdirSync(temporary, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.includes("ablate"),
  );
}

onMount("a query that ends by itself or by its time limit", async () => {
  const whole = startQuery("whole", "select count(*) from runs");
  const late = startQuery("late", FOR_EVER, "--timeout", "300ms");

  expect(await whole.ended).toMatchObject({ status: 0 });
  expect((await whole.ended).stderr).toMatch(/is in a read-only folder: reading a copy of it/);
  expect(await late.ended).toMatchObject({ status: 2 });

  expect([leftIn(whole.temporary), leftIn(late.temporary)]).toEqual([[], []]);
});

onMount("a copy that a process left which is gone goes away with the next query", async () => {
  for (const left of [`${NO_PROCESS}-a`, `${process.pid}-b`]) {
    mkdirSync(join(folder, "again", `ablate-copy-${left}`), { recursive: true });
  }
  const started = startQuery("again", "select count(*) from runs");

  expect(await started.ended).toMatchObject({ status: 0 });

  expect(leftIn(started.temporary)).toEqual([`ablate-copy-${process.pid}-b`]);
});

onMount("a query whose process is killed says so", async () => {
  const started = startQuery("child", FOR_EVER, "--timeout", "0");
  process.kill(await workerOf(started.asker), "SIGKILL");

  const { status, stderr } = await started.ended;

  expect([status, stderr]).toEqual([2, "ablate: query: its process ended with SIGKILL\n"]);
  expect(leftIn(started.temporary)).toEqual([]);
});

onMount("a query whose command is killed ends with it", async () => {
  const started = startQuery("parent", FOR_EVER, "--timeout", "0");
  const worker = await workerOf(started.asker);

  started.asker.kill("SIGKILL");
  await started.ended;

  await vi.waitFor(() => expect(isRunning(worker)).toBe(false), { timeout: 100_000 });
  expect(leftIn(started.temporary)).toEqual([]);
});

onMount("a query of which everything is killed at once leaves no copy", async () => {
  const started = startQuery("both", FOR_EVER, "--timeout", "0");
  const worker = await workerOf(started.asker);

  process.kill(worker, "SIGKILL");
  started.asker.kill("SIGKILL");
  await started.ended;

  expect(leftIn(started.temporary).filter((name) => name.endsWith(".db"))).toEqual([]);
});
