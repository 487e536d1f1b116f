/** Where a database is and how to log in: what psql and libpq read, so that nothing has to be said twice. */
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import type { ClientConfig } from "pg";
import { passwordFrom, serviceFrom } from "./login-files.ts";
import { AddressError, type Parameters } from "./parameters.ts";
import { tlsOf } from "./tls.ts";

export type Address = {
  readonly config: ClientConfig;
  /** For people: without its password. */
  readonly shown: string;
  /** What is worth a line at the start. */
  readonly notes: readonly string[];
};

const ENV: { readonly [name: string]: string } = {
  host: "PGHOST",
  port: "PGPORT",
  dbname: "PGDATABASE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  sslmode: "PGSSLMODE",
  sslrootcert: "PGSSLROOTCERT",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  application_name: "PGAPPNAME",
};

const KNOWN = new Set([...Object.keys(ENV), "service", "connect_timeout"]);

/**
 * Reads an address: `postgres://...`, or `service=NAME`.
 * @param text - an argument of a command, which others on the machine can see; null: that of `ABLATE_ON`
 * @throws AddressError
 */
export function readAddress(text: string | null, env: NodeJS.ProcessEnv): Address {
  const given = text ?? env.ABLATE_ON ?? "";
  const where = text === null ? "ABLATE_ON" : "the database's address";
  const said = parametersOf(given, where);
  if (text !== null && said.password !== undefined) {
    throw new AddressError(
      "everybody on this machine can read the password in an argument: put it into ~/.pgpass, PGPASSFILE or ABLATE_ON",
    );
  }
  const home = env.HOME ?? homedir();
  const service = said.service ?? env.PGSERVICE;
  const ofService = service === undefined ? {} : serviceFrom(service, home, env);
  return addressOf({ ...ofEnv(env), ...ofService, ...said }, home);
}

function ofEnv(env: NodeJS.ProcessEnv): Parameters {
  return Object.fromEntries(
    Object.entries(ENV).flatMap(([name, variable]) => {
      const value = env[variable];
      return value === undefined || value === "" ? [] : [[name, value]];
    }),
  );
}

function parametersOf(text: string, where: string): Parameters {
  const service = /^service=(\S+)$/.exec(text)?.[1];
  if (service !== undefined) return { service };
  const match =
    /^(?:postgres|postgresql):\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/.exec(text);
  if (match === null) {
    throw new AddressError(`${where} is not postgres://USER@HOST/DATABASE or service=NAME`);
  }
  const [, login, host = "", dbname, query] = match;
  const [user, ...password] = login?.split(":") ?? [];
  const parts = { user, password: password.length > 0 ? password.join(":") : undefined, dbname };
  const plain = Object.entries({ ...parts, ...hostOf(host, where) }).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, decoded(value, where)]],
  );
  return { ...Object.fromEntries(plain), ...queryOf(query ?? "", where) };
}

function hostOf(text: string, where: string): Record<"host" | "port", string | undefined> {
  if (text.includes(",")) throw new AddressError(`${where} names several hosts; name one`);
  const match = /^(\[[^\]]+\]|[^:]*)(?::(\d*))?$/.exec(text);
  if (match === null) throw new AddressError(`${where}: ${text} is not HOST or HOST:PORT`);
  return { host: match[1]?.replace(/^\[|\]$/g, ""), port: match[2] };
}

function queryOf(text: string, where: string): Parameters {
  const query = [...new URLSearchParams(text)];
  const unknown = query.find(([name]) => !KNOWN.has(name));
  if (unknown !== undefined) {
    throw new AddressError(`${where}: ${unknown[0]} is not one of ${[...KNOWN].sort().join(", ")}`);
  }
  return Object.fromEntries(query);
}

function decoded(text: string, where: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressError(`${where} has a % that is not %XX; write %25 for it`);
  }
}

function addressOf(all: Parameters, home: string): Address {
  const host = all.host ?? "localhost";
  const port = portOf(all.port);
  const user = all.user ?? userInfo().username;
  const database = all.dbname ?? user;
  const file = all.passfile ?? join(home, ".pgpass");
  const found = passwordFrom(file, { host, port, database, user });
  const password = all.password ?? found.password;
  const ssl = tlsOf(all, host, home);
  const shown = `postgres://${user}@${host.includes(":") ? `[${host}]` : host}:${port}/${database}`;
  const open =
    ssl === false && !isLocal(host) ? [`${shown} is not encrypted: add ?sslmode=verify-full`] : [];
  const config = {
    host,
    port,
    user,
    database,
    password,
    ssl,
    application_name: all.application_name ?? "ablate",
  };
  return { config, shown, notes: [...found.notes, ...open] };
}

function portOf(text = "5432"): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new AddressError(`${text} is not a port of 1 to 65535`);
}

/** Whether what is said to this host stays on this machine. */
function isLocal(host: string): boolean {
  return host.startsWith("/") || host === "localhost" || host === "::1" || /^127\./.test(host);
}
