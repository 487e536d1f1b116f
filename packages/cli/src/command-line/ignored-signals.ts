/** Signals that were ignored when the command was started, by `nohup` or by `command &` in a script. */

const KNOWN: ReadonlySet<string> = new Set([
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
  "SIGTSTP",
]);

/** Returns what the launcher has found: Node itself resets every signal before any of our code runs. */
export function ignoredSignals(
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlySet<string> {
  const names = (environment.ABLATE_IGNORED_SIGNALS ?? "").split(" ");
  return new Set(names.filter((name) => KNOWN.has(name)));
}

/** Goes on ignoring them, to be called before anything else. */
export function keepIgnoring(signals: ReadonlySet<string>): void {
  for (const name of signals) process.on(name, () => {});
}
