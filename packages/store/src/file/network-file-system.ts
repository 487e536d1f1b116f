import { statfsSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** `f_type` of statfs(2) on Linux. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x517b, "SMB"],
  [0x65735546, "FUSE"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x786f4256, "VirtualBox"],
]);

/** Name of the shared file system that a file is on, where a write-ahead log is not safe. */
export function networkFileSystem(path: string): string | null {
  if (process.platform !== "linux") return null;
  return NAMES.get(statfsSync(dirname(resolve(path))).type >>> 0) ?? null;
}
