/** Which Postgres a command means: the URL that it was given, or that of the environment. */
import type { Address } from "@ablate/remote";
import { asLine } from "@ablate/text";
import type { Terminal } from "../command-line/terminal.ts";
import { waysToPostgres } from "./ways-to-postgres.ts";

/** The variable that has the URL where a command is given none. */
const VARIABLE = "ABLATE_ON";

/**
 * Returns the address of the database; null where there is none, which was said with what to do.
 *
 * @param given - what stands on the command line; undefined or empty where nothing does
 * @throws AddressError - it is none, or has a password where every process could see it
 */
export async function databaseAddress(
  { environment, warn }: Terminal,
  given: string | undefined,
): Promise<Address | null> {
  if (!given && !environment[VARIABLE]) {
    warn(waysToPostgres(`ablate: which Postgres? Give its URL, or set ${VARIABLE}.`));
    return null;
  }
  const { readAddress } = await import("@ablate/remote");
  const address = readAddress(given || null, environment);
  for (const note of address.notes) warn(asLine(note));
  return address;
}
