/** A coordinator, three workers and a database, each behind a network of its own that can be cut. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kept } from "./kept.ts";
import { Network } from "./network.ts";
import type { Server } from "./server.ts";
import { SmallDisk } from "./small-disk.ts";

export const WORKERS = 3;
/** The checks of a store want 100 MB to be left. */
const STORE_DISK = "160m";

/** A process and its way to the database. */
export type Station = { readonly process: Kept; readonly network: Network };

export type LabOptions = {
  /** Where the config and the store are. */
  readonly folder: string;
  readonly config: string;
  readonly server: Server;
  /** A name of its own: of the database, and of the folder of the store. */
  readonly name: string;
  /** Of `ablate run`, beyond the config, the store and the address. */
  readonly options: readonly string[];
  readonly threads?: number;
};

export class Lab {
  readonly server: Server;
  readonly name: string;
  readonly store: string;
  readonly coordinator: Station;
  readonly workers: readonly Station[];
  /** The disk of the store; null where nothing can be mounted here. */
  readonly storeDisk: SmallDisk | null;
  isOver = false;

  static async open(options: LabOptions): Promise<Lab> {
    const { folder, server, name } = options;
    server.postgres.sql(`create database ${name}`);
    const networks = Array.from({ length: WORKERS + 1 }, () => Network.open(server.postgres.port));
    const [first, ...rest] = await Promise.all(networks);
    if (first === undefined) throw new Error("no network");
    const place = join(folder, name);
    const disk = server.disk === null ? null : new SmallDisk(place, STORE_DISK);
    mkdirSync(place, { recursive: true });
    return new Lab(options, { near: first, others: rest, disk });
  }

  private constructor(
    { folder, config, server, name, options }: LabOptions,
    {
      near,
      others,
      disk,
    }: {
      readonly near: Network;
      readonly others: readonly Network[];
      readonly disk: SmallDisk | null;
    },
  ) {
    this.server = server;
    this.name = name;
    this.storeDisk = disk;
    this.store = join(folder, name, "ablate.db");
    const urlBy = ({ port }: Network): string => `postgres://postgres@127.0.0.1:${port}/${name}`;
    const run = ["run", config, "--store", this.store, "--on", urlBy(near), "--json", ...options];
    this.coordinator = { network: near, process: new Kept(run, folder) };
    this.workers = others.map((network) => ({
      network,
      process: new Kept(["worker", urlBy(network), "--json", "--threads", "1"], folder),
    }));
  }

  get stations(): readonly Station[] {
    return [this.coordinator, ...this.workers];
  }

  start(): void {
    for (const { process } of this.stations) process.start();
  }

  /** Ends everything; what a round has left behind is looked at before. */
  async close(): Promise<void> {
    this.isOver = true;
    for (const { process } of this.stations) process.resume();
    await Promise.all(this.stations.map(({ process }) => process.end("SIGKILL")));
    for (const { network } of this.stations) network.close();
    await this.server.postgres.start();
    this.server.postgres.sql(`drop database ${this.name} with (force)`);
    this.storeDisk?.unmount();
  }
}
