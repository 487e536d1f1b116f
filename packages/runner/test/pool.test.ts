import { existsSync } from "node:fs";
import type { GridEvent, GridOptions, GridOutcome } from "@ablate/runner";
import { openReader, openWriter, type StoreReader } from "@ablate/store";
import { expect, onTestFinished, test, vi } from "vitest";
import { isRunning, workersOf } from "./processes.ts";
import { makePath, makeSpec, trainInto } from "./run-make.ts";

const LONG = { steps: 5_000_000 };

test("one or two workers, and whichever trained, give the same bits", async () => {
  const specs = Object.fromEntries(
    Array.from({ length: 6 }, (_, i) => [
      `r${i}`,
      makeSpec({ seed: i, steps: 100 + 50 * (i % 3) }),
    ]),
  );
  const paths = [makePath(), makePath()];
  for (const [i, path] of paths.entries()) {
    await trainInto(path, specs, { workers: i + 1, probes: PROBES });
  }

  const [one, two] = paths.map(contents);

  expect(Object.keys(one ?? {}).length).toBeGreaterThan(12);
  expect(one).toEqual(two);
});

test("workers are started as they are needed, reused, and gone when the grid is done", async () => {
  const seen = new Set<number>();
  const onEvent = ({ event }: GridEvent): void => {
    if (event === "ended") for (const pid of workersOf()) seen.add(pid);
  };
  const specs = Object.fromEntries(
    Array.from({ length: 8 }, (_, i) => [`r${i}`, makeSpec({ seed: i })]),
  );

  await trainInto(makePath(), specs, { workers: 3, onEvent });

  expect(seen.size).toBeLessThanOrEqual(3);
  expect(seen.size).toBeGreaterThan(0);
  await vi.waitFor(() => expect([...seen].filter(isRunning)).toEqual([]), { timeout: 20_000 });
});

test("a worker that is killed costs one attempt: a fresh one trains the run from its beginning", async () => {
  const path = makePath();
  const { events, outcome } = await trainKilling(path, { kills: 1, maxRetries: 1, steps: 20_000 });

  expect(outcome).toMatchObject({ trained: 2, bad: 0 });
  expect(events).toContainEqual({
    event: "retried",
    run: "g/a",
    error: "worker died: SIGKILL",
    attempt: 2,
    from: 0,
    of: null,
    ofRevision: null,
  });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({ state: "finished", lastStep: 19_999 });
    expect(count(reader, "g/a")).toBe(20_000);
  });
});

test("a run whose workers die is failed after its retries, and the grid goes on", async () => {
  const path = makePath();
  const { outcome } = await trainKilling(path, { kills: 3, maxRetries: 2, steps: LONG.steps });

  expect(outcome).toEqual({ trained: 2, skipped: 0, bad: 1, left: 0, kept: [], trouble: null });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({
      state: "failed",
      reason: "worker died",
      error: "worker died: SIGKILL, 3 times",
    });
    expect(reader.run("g/b")?.state).toBe("finished");
  });
});

test("a worker that hangs is told from one that works, and replaced", async () => {
  const path = makePath();
  let stopped = 0;
  const onEvent = (event: GridEvent): void => {
    if (event.event !== "progress" || stopped > 0) return;
    stopped = workersOf()[0] ?? 0;
    process.kill(stopped, "SIGSTOP");
  };

  const outcome = await trainInto(
    path,
    { a: makeSpec({ steps: 20_000 }) },
    { workers: 1, silenceMs: 5000, maxRetries: 0, onEvent },
  );

  expect(outcome.bad).toBe(1);
  await vi.waitFor(() => expect(isRunning(stopped)).toBe(false), { timeout: 10_000 });
  read(path, (reader) =>
    expect(reader.run("g/a")).toMatchObject({
      state: "failed",
      reason: "worker hung",
      error: "worker hung: no sign of life for 5 s",
    }),
  );
});

test("a run that takes longer than its timeout fails, is not tried again, and the grid goes on", async () => {
  const path = makePath();
  const began = performance.now();
  await trainInto(makePath(), { b: makeSpec({ steps: 5 }) }, { workers: 1 });
  const timeoutMs = 1000 * Math.ceil((3 * (performance.now() - began)) / 1000);

  const outcome = await trainInto(
    path,
    { a: makeSpec(LONG), b: makeSpec({ steps: 5 }) },
    { workers: 1, timeoutMs },
  );

  expect(outcome).toMatchObject({ trained: 2, bad: 1 });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({
      state: "failed",
      reason: "timeout",
      error: `timeout: not done after ${timeoutMs / 1000} s`,
    });
    expect(count(reader, "g/a")).toBe((reader.run("g/a")?.lastStep ?? -1) + 1);
    expect(reader.run("g/b")?.state).toBe("finished");
  });
});

test("with fail-fast the first bad run ends the grid and the rest stay pending", async () => {
  const path = makePath();
  const wild = makeSpec(LONG);
  // Late, so that the other worker has begun.
  const lr = [
    { step: 0, rate: 0.1 },
    { step: 40_000, rate: 1e300 }, // infinite in float32: the next loss is NaN
  ];
  const specs = {
    wild: { ...wild, train: { ...wild.train, lr } },
    long: makeSpec(LONG),
    third: makeSpec({ seed: 3 }),
  };

  const outcome = await trainInto(path, specs, { workers: 2, failFast: true });

  expect(outcome).toEqual({ trained: 2, skipped: 0, bad: 1, left: 2, kept: [], trouble: null });
  read(path, (reader) => {
    expect(reader.run("g/wild")?.state).toBe("diverged");
    expect(reader.run("g/long")).toMatchObject({ state: "stopped", reason: "fail-fast" });
    expect(reader.run("g/third")?.state).toBe("pending");
  });
});

test("a worker that computes for long without a word is not taken for one that hangs", async () => {
  const path = makePath();
  const [silenceMs, mark] = [2500, `${path}.mark`];
  vi.stubEnv("NODE_OPTIONS", `--import=${new URL("./busy-worker.ts", import.meta.url).href}`);
  vi.stubEnv("BUSY_MS", String(2 * silenceMs));
  vi.stubEnv("BUSY_MARK", mark);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });

  const outcome = await trainInto(path, { a: makeSpec() }, { silenceMs, maxRetries: 0 });

  expect(outcome).toMatchObject({ trained: 1, bad: 0 });
  expect(existsSync(mark)).toBe(true);
});

test("a second, harder stop ends every worker at once and keeps what is stored", async () => {
  const path = makePath();
  const stop = new AbortController();
  const kill = new AbortController();
  const onEvent = ({ event }: GridEvent): void => {
    if (event !== "progress" || stop.signal.aborted) return;
    for (const pid of workersOf()) process.kill(pid, "SIGSTOP"); // deaf to the first stop
    stop.abort();
    kill.abort();
  };

  const outcome = await trainInto(
    path,
    { a: makeSpec(LONG), b: makeSpec({ seed: 2 }) },
    { workers: 1, signal: stop.signal, killSignal: kill.signal, onEvent },
  );

  expect(outcome).toEqual({ trained: 1, skipped: 0, bad: 0, left: 2, kept: [], trouble: null });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({ state: "stopped", reason: "user" });
    expect(count(reader, "g/a")).toBe((reader.run("g/a")?.lastStep ?? 0) + 1);
  });
});

test("a run that is stopped before its worker has it stops after its first block", async () => {
  const path = makePath();
  const stop = new AbortController();
  const onEvent = ({ event }: GridEvent): void => {
    if (event === "started") stop.abort();
  };

  const outcome = await trainInto(path, { a: makeSpec(LONG) }, { signal: stop.signal, onEvent });

  expect(outcome).toMatchObject({ trained: 1, left: 1 });
  read(path, (reader) => {
    expect(reader.run("g/a")).toMatchObject({ state: "stopped", reason: "user" });
    expect(count(reader, "g/a")).toBeLessThan(LONG.steps);
  });
});

test("workers leave the terminal's signals to their coordinator", async () => {
  const path = makePath();
  let signals = 0;
  const onEvent = ({ event }: GridEvent): void => {
    if (event !== "progress" || signals > 0) return;
    for (const pid of workersOf()) {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
        process.kill(pid, signal);
        signals += 1;
      }
    }
  };

  await trainInto(path, { a: makeSpec({ steps: 20_000 }) }, { maxRetries: 0, onEvent });

  expect(signals).toBe(3);
  read(path, (reader) => expect(reader.run("g/a")?.state).toBe("finished"));
});

test("a run whose claim another process has taken is left to it, and the grid goes on", async () => {
  const path = makePath();
  const thief = { token: "thief", pid: process.pid, host: "elsewhere" };
  const ended: GridEvent[] = [];
  let isStolen = false;
  const onEvent = (event: GridEvent): void => {
    if (event.event === "ended") ended.push(event);
    if (event.event !== "progress" || isStolen) return;
    isStolen = true;
    const other = openWriter(path, { clock: () => Date.now() + 16_000 });
    const id = read(path, (reader) => reader.query("select id from run where name = 'g/a'"));
    other.claimRun(Number(id.rows[0]?.[0]), thief, {}, []);
    other.close();
  };

  const outcome = await trainInto(
    path,
    { a: makeSpec(LONG), b: makeSpec({ seed: 2 }) },
    { workers: 1, onEvent },
  );

  expect(outcome).toEqual({ trained: 1, skipped: 1, bad: 0, left: 0, kept: [], trouble: null });
  expect(ended[0]).toMatchObject({
    run: "g/a",
    state: "interrupted",
    error: expect.stringMatching(/^another process has taken it over/),
  });
  read(path, (reader) => {
    expect(reader.run("g/a")?.state).toBe("running");
    expect(count(reader, "g/a")).toBe(0);
    expect(reader.run("g/b")?.state).toBe("finished");
  });
});

const PROBES = { decades: [1], every: 0, saturated: 0.97 };

/** Trains `a` and `b` on one worker, which is killed when it has begun `a`, so many times. */
async function trainKilling(
  path: string,
  { kills, maxRetries, steps }: { kills: number; maxRetries: number; steps: number },
): Promise<{ readonly events: readonly GridEvent[]; readonly outcome: GridOutcome }> {
  const events: GridEvent[] = [];
  let left = kills;
  const killed = new Set<number>();
  const onEvent: GridOptions["onEvent"] = (event) => {
    events.push(event);
    const worker = left === 0 || event.event !== "progress" ? undefined : workersOf()[0];
    if (worker === undefined || killed.has(worker)) return;
    left -= 1;
    killed.add(worker);
    process.kill(worker, "SIGKILL");
  };
  const specs = { a: makeSpec({ steps }), b: makeSpec({ seed: 2 }) };
  const outcome = await trainInto(path, specs, { workers: 1, maxRetries, onEvent });
  return { events, outcome };
}

/** Everything in a store but time, host, process and speed. */
function contents(path: string): Readonly<Record<string, unknown>> {
  return read(path, (reader) => {
    const tables = reader
      .query("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
      .rows.map(([name]) => String(name));
    return Object.fromEntries(tables.map((table) => [table, comparable(reader, table)]));
  });
}

const VARIABLE = /(^|_)at(_ms)?$|^(host|pid|claim|train_seconds|provenance)$/;

/** How long batches took and what else of the machine, the only metrics here; and digests, which are over these too. */
const OF_TIMES: readonly string[] = [
  ...["tick", "digest", "seal", "grid_digest"],
  ...["metric", "metric_point", "metric_rollup"],
];

/** Row numbers say in which order runs took turns. */
function comparable(reader: StoreReader, table: string): unknown {
  if (OF_TIMES.includes(table)) return [];
  const { columns, rows } = reader.query(`select * from ${table}`);
  const isKept = columns.map((name) => !VARIABLE.test(name) && (name !== "id" || table === "run"));
  const isOfProbe = columns.indexOf("probe_id");
  return rows
    .map((row) => row.filter((_, i) => isKept[i] && i !== isOfProbe).map(String))
    .map((row) => row.join("|"))
    .toSorted();
}

function read<T>(path: string, use: (reader: StoreReader) => T): T {
  const reader = openReader(path);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

function count(reader: StoreReader, run: string): unknown {
  return reader.query("select count(*) from loss where run = ?", [run]).rows[0]?.[0];
}
