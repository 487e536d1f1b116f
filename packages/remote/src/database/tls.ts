/** What `sslmode` and its files mean to TLS. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { AddressError, type Parameters } from "./parameters.ts";

/** `prefer` and `allow` are no promise in libpq either: no TLS. */
const MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;

/** @throws AddressError - an unknown mode, or a file that cannot be read */
export function tlsOf(all: Parameters, host: string, home: string): ConnectionOptions | false {
  const mode = MODES.find((one) => one === (all.sslmode ?? "disable"));
  if (mode === undefined) {
    throw new AddressError(`sslmode ${all.sslmode} is not one of ${MODES.join(", ")}`);
  }
  if (["disable", "allow", "prefer"].includes(mode) || host.startsWith("/")) return false;
  const root =
    all.sslrootcert === "system" ? undefined : fileOf(all, "sslrootcert", home, "root.crt");
  const files = {
    ca: root,
    cert: fileOf(all, "sslcert", home, "postgresql.crt"),
    key: fileOf(all, "sslkey", home, "postgresql.key"),
  };
  // libpq: an authority that is named is asked for even where nothing is to be verified.
  if (mode === "require" && all.sslrootcert === undefined)
    return { ...files, rejectUnauthorized: false };
  if (mode === "verify-full") return { ...files, rejectUnauthorized: true };
  return { ...files, rejectUnauthorized: true, checkServerIdentity: () => undefined };
}

function fileOf(all: Parameters, name: string, home: string, usual: string): Buffer | undefined {
  const given = all[name];
  const path = given ?? join(home, ".postgresql", usual);
  if (given === undefined && !existsSync(path)) return undefined;
  try {
    return readFileSync(path);
  } catch {
    throw new AddressError(`${name}: ${path} cannot be read`);
  }
}
