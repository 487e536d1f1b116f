/** What the operating system refuses, in words. */

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
  ELOOP: "a link leads back to itself",
  EMFILE: "too many files are open; raise the limit (ulimit -n)",
  ENFILE: "too many files are open on this machine",
  EAGAIN: "the system gives nothing more now; look at the limits (ulimit -a)",
  ENOMEM: "no memory is left",
  EBUSY: "is in use",
  ETXTBSY: "is in use",
  ESTALE: "the file system has lost it",
  ENXIO: "there is no such device",
  ENODEV: "there is no such device",
  SQLITE_FULL: "no space left on the device",
};

/** Returns the reason that the system gives for an error the user can fix; undefined for any other. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error && "code" in error)) return undefined;
  const isFolderGone = "syscall" in error && error.syscall === "uv_cwd";
  return isFolderGone ? FOLDER_GONE : SYSTEM[String(error.code)];
}

const FOLDER_GONE = "the working folder is gone; go to another one, or give absolute paths";
