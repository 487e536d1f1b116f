const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const STOPPED_BY_USER = 130;

/** The first signal aborts `signal` and calls `onFirst`; the second ends the process at once. */
export function onInterrupt(onFirst: () => void): {
  readonly signal: AbortSignal;
  readonly release: () => void;
} {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(STOPPED_BY_USER);
    controller.abort();
    onFirst();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
