import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { postgresFound } from "../../../testing/postgres.ts";
import { chaosFolder, MEDIUM_CONFIG } from "./chaos/grid.ts";
import { live } from "./chaos/life.ts";
import { Random } from "./chaos/random.ts";
import { checkEnd } from "./chaos/round.ts";
import { differences, faults } from "./chaos/whole-grid.ts";
import { drawFaults, type FaultKind, needsDisk } from "./chaos-remote/faults.ts";
import { Lab } from "./chaos-remote/lab.ts";
import { remoteRound } from "./chaos-remote/round.ts";
import { openServer } from "./chaos-remote/server.ts";
import { whyNoMount } from "./chaos-remote/small-disk.ts";
import { leftBehind } from "./chaos-remote/verdict.ts";

/** `pnpm test:chaos-remote` draws 60 rounds; here each kind of fault has its place in one of three. */
const ROUNDS: readonly (readonly FaultKind[])[] = [
  ["worker killed", "store's disk full", "coordinator killed", "database's disk full"],
  ["worker stopped", "worker evicted", "postmaster killed", "run's process killed"],
  ["worker cut off", "coordinator cut off", "worker cut off for a moment"],
];
const SEED = Number(process.env.ABLATE_CHAOS_SEED ?? 1);
/** Not more often: who asks holds up the networks, which are of this process. */
const SOON = { timeout: 90_000, interval: 300 };
const { missing } = postgresFound();
const folder = chaosFolder();
const undisturbed = join(folder, "undisturbed.db");
const noMount = whyNoMount(join(folder, "probe"));

describe.skipIf(missing !== null)(`chaos over a Postgres (${missing ?? `seed ${SEED}`})`, () => {
  beforeAll(async () => {
    checkEnd(await live(folder, { config: MEDIUM_CONFIG, store: "undisturbed.db", blows: [] }));
  });

  test.skipIf(noMount !== null)(`disks can be filled (${noMount ?? "mounted here"})`, () => {
    expect(noMount).toBe(null);
  });

  test.concurrent.for(ROUNDS.map((kinds, index) => [kinds.join(", "), kinds, index] as const))(
    "three workers end a grid as one machine: %s",
    async ([, kinds, index], { onTestFinished }) => {
      const random = new Random(SEED * 10_007 + index);
      const drawn = kinds.filter((kind) => noMount === null || !needsDisk(kind));
      const server = await openServer(join(folder, `postgres-${index}`));
      onTestFinished(server.close);

      const { wrong } = await remoteRound({
        ...{ folder, config: MEDIUM_CONFIG, server, name: `round_${index}`, undisturbed },
        faults: drawFaults(drawn, random),
      });

      expect(wrong, `seed ${SEED}`).toEqual([]);
    },
  );

  test.concurrent("a coordinator that is killed between SQLite's commit and the outbox' delete is sent the messages again, which changes nothing", async ({
    onTestFinished,
  }) => {
    const server = await openServer(join(folder, "postgres-held"));
    onTestFinished(server.close);
    const lab = await Lab.open({
      ...{ folder, config: MEDIUM_CONFIG, server, name: "held", options: ["--max-retries", "0"] },
    });
    onTestFinished(() => lab.close());
    const coordinator = lab.coordinator.process;
    const sql = (text: string): string => server.postgres.sql(text, "held");
    coordinator.start();
    await vi.waitFor(() => expect(sql("select to_regclass('ablate.outbox')")).not.toBe(""), SOON);
    sql(HOLD_DELETES);
    for (const { process } of lab.workers) process.start();

    for (let kills = 0; kills < 3; kills++) {
      sql("update holding set is_on = true");
      const again = await vi.waitFor(() => {
        expect(sql(HELD_DELETES)).not.toBe("0");
        return bothIn(lab.store, sql);
      }, SOON);
      await coordinator.end("SIGKILL");
      sql(END_HELD_DELETES);
      expect(sql(ON_THEIR_WAY).split("\n")).toEqual(expect.arrayContaining([...again]));
      sql("update holding set is_on = false");
      coordinator.start();
      await vi.waitFor(() => {
        const onTheirWay = sql(ON_THEIR_WAY).split("\n");
        expect(again.filter((message) => onTheirWay.includes(message))).toEqual([]);
      }, SOON);
    }

    expect(await coordinator.ended).toBe(1);
    expect([
      ...faults(lab.store),
      ...differences(lab.store, undisturbed),
      ...(await leftBehind(lab)),
    ]).toEqual([]);
  });
});

/** Each delete of messages stands still while a row of the test's own says so. */
const HOLD_DELETES = `
create table holding (is_on boolean);
insert into holding values (false);
create function hold() returns trigger language plpgsql as $$
begin
  while (select is_on from public.holding) loop perform pg_sleep(0.01); end loop;
  return null;
end $$;
create trigger hold before delete on ablate.outbox for each statement execute function hold();
`;
const HELD = "from pg_stat_activity where wait_event = 'PgSleep' and query like '%delete%outbox%'";
const HELD_DELETES = `select count(*) ${HELD}`;
const END_HELD_DELETES = `select count(pg_terminate_backend(pid, 10000)) ${HELD}`;

const ON_THEIR_WAY = "select attempt || ' ' || seq from ablate.outbox where seq > 0";

/** Messages that SQLite has stored, the last of each run, and Postgres has still. */
function bothIn(store: string, sql: (text: string) => string): readonly string[] {
  const text = "select attempt || ' ' || seq from inbox order by 1";
  const { stdout } = spawnSync("sqlite3", ["-readonly", store, text], { encoding: "utf8" });
  const onTheirWay = sql(ON_THEIR_WAY).split("\n");
  const both = stdout.split("\n").filter((line) => line !== "" && onTheirWay.includes(line));
  expect(both).not.toEqual([]);
  return both;
}
