/** Returns why a file cannot be read, without its path. */
export function unreadable(error: unknown): string {
  const { code = "" } = error instanceof Error && "code" in error ? error : {};
  if (code === "EACCES" || code === "EPERM") {
    return "this user may not read it; change its permissions";
  }
  if (code === "EISDIR") return "is a folder where a file is expected";
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return `cannot be read: ${reason}`;
}
