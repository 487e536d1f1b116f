/** A Postgres of the test's own, on a small disk where one can be mounted. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Postgres } from "../../../../testing/postgres.ts";
import { SmallDisk, whyNoMount } from "./small-disk.ts";

/** Room for the server and for what is on its way, and soon full. */
const DISK = "128m";
/** Segments of one MB are reused soon, so that a small disk has room for rows. */
const SETTINGS = ["min_wal_size = '2MB'", "max_wal_size = '8MB'", "max_connections = 100"];

export type Server = {
  readonly postgres: Postgres;
  /** Null where nothing can be mounted here. */
  readonly disk: SmallDisk | null;
  readonly close: () => Promise<void>;
};

export async function openServer(folder: string): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const disk =
    whyNoMount(join(folder, "probe")) === null ? new SmallDisk(join(folder, "disk"), DISK) : null;
  const place = disk?.folder ?? folder;
  const postgres = await Postgres.make({ place, segmentMb: 1, settings: SETTINGS });
  const endNow = (): void => void postgres.kill("SIGQUIT");
  process.on("exit", endNow);
  const close = async (): Promise<void> => {
    process.off("exit", endNow);
    disk?.free();
    await postgres.stop();
    disk?.unmount();
  };
  return { postgres, disk, close };
}
