/** A disk of some megabytes that a test can fill. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

const BLOCK = Buffer.alloc(64 * 1024, 1);

export class SmallDisk {
  readonly folder: string;

  /** Mounts one in a new folder. @throws Error - it may not; `whyNoMount` says so before */
  constructor(folder: string, size: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    const said = mount(folder, size);
    if (said !== null) throw new Error(said);
    process.on("exit", this.unmount);
  }

  /** Takes the room that is left. */
  fill(): void {
    const file = openSync(this.#ballast, "a");
    try {
      for (const block of [BLOCK, BLOCK.subarray(0, 512)]) writeWhatFits(file, block);
    } finally {
      closeSync(file);
    }
  }

  /** Gives it back. */
  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  readonly unmount = (): void => {
    process.off("exit", this.unmount);
    unmount(this.folder);
  };

  get #ballast(): string {
    return join(this.folder, "ballast");
  }
}

/** Null: this process may mount. Otherwise why it may not, as `mount` says. */
export function whyNoMount(folder: string): string | null {
  mkdirSync(folder, { recursive: true });
  const said = mount(folder, "1m");
  if (said === null) unmount(folder);
  return said;
}

function mount(folder: string, size: string): string | null {
  const command = ["-t", "tmpfs", "-o", `size=${size},mode=0777`, "none", folder];
  const { status, stderr, error } = spawnSync("mount", command, { encoding: "utf8" });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/** Takes it away now, and its memory once nobody has a file of it open. */
function unmount(folder: string): void {
  spawnSync("umount", ["--lazy", folder]);
}

function writeWhatFits(file: number, block: Buffer): void {
  try {
    while (writeSync(file, block) === block.length);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}
