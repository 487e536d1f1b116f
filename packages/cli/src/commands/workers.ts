import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { ON } from "../command-line/options.ts";
import { jsonArray } from "../print/rows.ts";
import { droppedText, workersRows, workersText } from "../print/workers-listed.ts";
import { databaseAddress } from "../remote/database-address.ts";

export const command: Command = {
  about: [
    "Lists the workers and coordinators of a database, on all machines: since when they run, their version, what they train and how fast, what they wait for, and how much data is on its way from workers to stores. URL is the one given to `ablate worker` and `ablate run --on`.",
    "--drop removes the schema `ablate` from the database, the only thing that ablate puts there. Results are in stores, not there; only results that no store has yet are lost, and are trained again.",
  ],
  options: {
    json: { help: "print one JSON array" },
    drop: {
      help: "remove the schema of ablate from the database; refused while anybody is connected",
    },
    force: { help: "with --drop: even while somebody is connected" },
  },
  examples: [
    ["ablate workers postgres://lab/ablate", "the workers of a database"],
    ["ablate workers --json", "the same for scripts, for the database in ABLATE_ON"],
    ["ablate workers --drop", "remove everything from the database"],
  ],
  environment: [ON],
  see: ["docs/machines.md", "docs/json.md", "ablate worker", "ablate run"],
  run: (invocation) => {
    const { flags } = invocation;
    if (flags.has("force") && !flags.has("drop")) throw new UsageError("--force goes with --drop");
    if (flags.has("json") && flags.has("drop")) throw new UsageError("--drop prints no JSON");
    return flags.has("drop") ? drop(invocation) : list(invocation);
  },
};

async function list({ flags, terminal }: Invocation): Promise<number> {
  const address = await databaseAddress(terminal, flags.rest[0]);
  if (address === null) return 2;
  const { listWorkers } = await import("@ablate/remote");
  const listed = await listWorkers(address);
  terminal.write(
    flags.has("json")
      ? jsonArray(workersRows(listed))
      : workersText(listed, address.shown, terminal.paint),
  );
  return 0;
}

async function drop({ flags, terminal }: Invocation): Promise<number> {
  const address = await databaseAddress(terminal, flags.rest[0]);
  if (address === null) return 2;
  const { dropSchema } = await import("@ablate/remote");
  const dropped = await dropSchema(address, { isForced: flags.has("force") });
  terminal.write(droppedText(dropped, address.shown));
  return 0;
}
