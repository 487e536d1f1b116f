/** Errors of the system that the user can fix, by their codes. */
const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EISDIR: "is a folder",
  ENOTDIR: "a part of the path is no folder",
  EROFS: "read-only file system",
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be larger than allowed",
  EIO: "the device does not read or write",
  ENAMETOOLONG: "the name is too long",
  SQLITE_FULL: "no space left on the device",
};

/** Returns the reason that the system gives for an error the user can fix; undefined for any other. */
export function systemReason(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? SYSTEM[String(error.code)] : undefined;
}
