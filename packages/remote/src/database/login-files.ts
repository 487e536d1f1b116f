/** The files that libpq reads for a login: of passwords, and of services by name. */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { AddressError, type Parameters } from "./parameters.ts";

type Login = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
};

/** Finds a password; a file that others may read is left alone, as libpq does, and said. */
export function passwordFrom(
  file: string,
  { host, port, database, user }: Login,
): { readonly password: string | undefined; readonly notes: readonly string[] } {
  const text = textOf(file);
  if (text === null) return { password: undefined, notes: [] };
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    return { password: undefined, notes: [`${file} is not read, since others can: chmod 0600`] };
  }
  const wanted = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = fieldsOf(line);
    if (fields.length < 5) continue;
    if (wanted.every((value, index) => fields[index] === "*" || fields[index] === value)) {
      return { password: fields.slice(4).join(":"), notes: [] };
    }
  }
  return { password: undefined, notes: [] };
}

/** Splits at colons that no backslash escapes. */
function fieldsOf(line: string): string[] {
  const fields = line.match(/(?:^|:)((?:\\.|[^:\\])*)/g) ?? [];
  return fields.map((field, index) =>
    (index === 0 && !field.startsWith(":") ? field : field.slice(1)).replace(/\\(.)/g, "$1"),
  );
}

/** Reads what a service's name stands for. @throws AddressError - there is none */
export function serviceFrom(name: string, home: string, env: NodeJS.ProcessEnv): Parameters {
  const own = env.PGSERVICEFILE ?? join(home, ".pg_service.conf");
  const files = [own, join(env.PGSYSCONFDIR ?? "/etc/postgresql-common", "pg_service.conf")];
  for (const file of files) {
    const section = sectionOf(textOf(file) ?? "", name);
    if (section !== null) return section;
  }
  throw new AddressError(`no service ${name} in ${files.join(" or ")}`);
}

function sectionOf(text: string, name: string): Parameters | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const begin = lines.indexOf(`[${name}]`);
  if (begin < 0) return null;
  const rest = lines.slice(begin + 1);
  const end = rest.findIndex((line) => line.startsWith("["));
  const own = end < 0 ? rest : rest.slice(0, end);
  return Object.fromEntries(
    own.flatMap((line) => {
      const at = line.indexOf("=");
      if (line.startsWith("#") || at < 0) return [];
      return [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
    }),
  );
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
