/** Returns in one sentence why a file cannot be read. */
export function troubleText(path: string, error: unknown): string {
  const { code = "" } = error instanceof Error && "code" in error ? error : {};
  if (code === "EACCES" || code === "EPERM") {
    return `${path}: this user may not read it; change its permissions`;
  }
  if (code === "EISDIR") return `${path}: is a folder where a file is expected`;
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  return `${path}: cannot be read: ${reason}`;
}
