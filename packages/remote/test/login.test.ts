import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Postgres, postgresFound } from "../../../testing/postgres.ts";
import { AddressError, type DatabaseError, listWorkers, readAddress } from "../src/index.ts";

const { missing } = postgresFound();
const SECRET = "s3cret:word";

let postgres: Postgres;
let folder: string;

/** Makes an authority, a certificate of it for `localhost`, and another authority. */
function certificates(): void {
  const openssl = (...args: string[]) => {
    const made = spawnSync("openssl", args, { cwd: folder, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`openssl ${args.join(" ")}: ${made.stderr}`);
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  for (const name of ["ca", "other"]) {
    openssl(
      "req",
      "-x509",
      ...key,
      "-keyout",
      `${name}.key`,
      "-out",
      `${name}.crt`,
      "-subj",
      `/CN=${name}`,
    );
  }
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost\n");
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...signed, "-out", "server.crt");
}

beforeAll(async () => {
  if (missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), "ablate-login-"));
  certificates();
  postgres = await Postgres.make({
    logins: [
      "host all postgres 127.0.0.1/32 trust",
      "hostssl all tls 127.0.0.1/32 trust",
      "host all lab 127.0.0.1/32 scram-sha-256",
    ],
    files: { "server.crt": join(folder, "server.crt"), "server.key": join(folder, "server.key") },
    settings: ["ssl = on"],
  });
  const client = new pg.Client(postgres.url);
  await client.connect();
  await client.query(`create role lab login password '${SECRET}'; create role tls login`);
  await client.end();
}, 60_000);

afterAll(async () => {
  await postgres?.stop();
});

const nobody = { workers: [], coordinators: [] };

function errorOf(text: string | null, env: NodeJS.ProcessEnv): Promise<DatabaseError> {
  return listWorkers(readAddress(text, env)).then(
    () => expect.fail("logged in"),
    (error) => error,
  );
}

describe.skipIf(missing !== null)(`logins${missing === null ? "" : ` (${missing})`}`, () => {
  test("PGPASSFILE logs in with scram-sha-256, unless others can read it", async () => {
    const PGPASSFILE = join(folder, "pgpass");
    writeFileSync(
      PGPASSFILE,
      `# of the lab\n127.0.0.1:${postgres.port}:*:lab:${SECRET.replace(":", "\\:")}\n`,
    );
    chmodSync(PGPASSFILE, 0o600);
    const url = `postgres://lab@127.0.0.1:${postgres.port}/postgres`;
    expect(await listWorkers(readAddress(url, { PGPASSFILE }))).toMatchObject(nobody);
    chmodSync(PGPASSFILE, 0o644);
    const { notes } = readAddress(url, { PGPASSFILE });
    expect(notes).toEqual([`${PGPASSFILE} is not read, since others can: chmod 0600`]);
    expect((await errorOf(url, { PGPASSFILE })).message).toMatch(/wants a password; put one into/);
  });

  test("PGSERVICE, service=NAME and ABLATE_ON log in", async () => {
    const PGSERVICEFILE = join(folder, "services");
    const { port } = postgres;
    writeFileSync(
      PGSERVICEFILE,
      `# ours\n[other]\nhost=nowhere\n[lab]\nhost=127.0.0.1\nport=${port}\nuser=lab\ndbname=postgres\npassword=${SECRET}\n`,
    );
    const ABLATE_ON = `postgres://lab:${encodeURIComponent(SECRET)}@127.0.0.1:${port}/postgres`;
    for (const [text, env] of [
      ["service=lab", { PGSERVICEFILE }],
      ["postgres://?service=lab", { PGSERVICEFILE }],
      ["postgres://", { PGSERVICEFILE, PGSERVICE: "lab" }],
      [null, { ABLATE_ON }],
      [`postgres://lab@127.0.0.1:${port}/postgres`, { PGPASSWORD: SECRET }],
    ] as const) {
      const address = readAddress(text, { HOME: folder, ...env });
      expect(address.shown).toBe(`postgres://lab@127.0.0.1:${port}/postgres`);
      expect(await listWorkers(address)).toMatchObject(nobody);
    }
    expect(() => readAddress("service=none", { PGSERVICEFILE })).toThrow(
      /no service none in .*services/,
    );
  });

  test("a password in an argument is refused, and none is in what a wrong one makes the database say", async () => {
    const url = `postgres://lab:${encodeURIComponent(SECRET)}@127.0.0.1:${postgres.port}/postgres`;
    for (const text of [url, `postgres://lab@h/d?password=${SECRET}`]) {
      expect(() => readAddress(text, {})).toThrow(AddressError);
      expect(() => readAddress(text, {})).toThrow(
        /everybody on this machine can read the password/,
      );
    }
    const wrong = await errorOf(null, { ABLATE_ON: url.replace("lab:", "lab:x") });
    expect(wrong.message).toMatch(
      /password authentication failed for user "lab"; put the right one/,
    );
    expect(`${wrong.message}${wrong.stack}`).not.toContain("s3cret");
  });

  test("verify-full takes the right authority and name, and says which of both is wrong", async () => {
    const at = (host: string, more: string) =>
      `postgres://tls@${host}:${postgres.port}/postgres?${more}`;
    const ca = `sslrootcert=${join(folder, "ca.crt")}`;
    const verify = `sslmode=verify-full&${ca}`;
    const { notes } = readAddress(at("localhost", verify), {});
    expect(notes).toEqual([]);
    for (const text of [
      at("localhost", verify),
      at("127.0.0.1", `sslmode=verify-ca&${ca}`),
      at("127.0.0.1", "sslmode=require"),
    ]) {
      expect(await listWorkers(readAddress(text, { HOME: folder })), text).toMatchObject(nobody);
    }
    const wrong = async (text: string) => (await errorOf(text, { HOME: folder })).message;
    expect(await wrong(at("127.0.0.1", verify))).toMatch(
      /its certificate is for another host name/,
    );
    const other = `sslmode=verify-full&sslrootcert=${join(folder, "other.crt")}`;
    expect(await wrong(at("localhost", other))).toMatch(
      /not signed by an authority that this machine trusts/,
    );
    expect(await wrong(at("localhost", "sslmode=verify-full"))).toMatch(
      /not signed by an authority that this machine/,
    );
    expect(await wrong(at("127.0.0.1", ""))).toMatch(/no encryption; add \?sslmode=verify-full/);
  });

  test("what cannot be meant is told in one sentence", async () => {
    const told = (text: string) => {
      try {
        return readAddress(text, {}).notes.join();
      } catch (error) {
        return error instanceof AddressError ? error.message : "";
      }
    };
    expect(told("mysql://x")).toMatch(/is not postgres:\/\/USER@HOST\/DATABASE or service=NAME/);
    expect(told("postgres://a,b/d")).toMatch(/names several hosts/);
    expect(told("postgres://a:99999/d")).toMatch(/99999 is not a port/);
    expect(told("postgres://a/d?sslmode=full")).toMatch(/sslmode full is not one of/);
    expect(told("postgres://a/d?ssl=1")).toMatch(/ssl is not one of/);
    expect(told("postgres://a/d%")).toMatch(/write %25/);
    expect(told("postgres://u@lab/d")).toMatch(
      /lab:5432\/d is not encrypted: add \?sslmode=verify-full/,
    );
    expect(told("postgres://u@localhost/d")).toBe("");
    const closed = await errorOf("postgres://u@127.0.0.1:1/d", {});
    expect(closed.message).toBe(
      "postgres://u@127.0.0.1:1/d: no Postgres answers there; is it running, and is this its port?",
    );
    const unknown = await errorOf(`postgres://postgres@127.0.0.1:${postgres.port}/none`, {});
    expect(unknown.message).toMatch(/database "none" does not exist/);
  });
});
