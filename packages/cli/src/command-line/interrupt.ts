const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const STOPPED_BY_USER = 130;

/**
 * The first signal aborts `signal` and calls `onFirst`; the second aborts `killSignal`; the third ends
 * the process where it stands.
 */
export function onInterrupt(onFirst: () => void): {
  readonly signal: AbortSignal;
  readonly killSignal: AbortSignal;
  readonly release: () => void;
} {
  const stop = new AbortController();
  const kill = new AbortController();
  const interrupt = (): void => {
    if (kill.signal.aborted) process.exit(STOPPED_BY_USER);
    if (stop.signal.aborted) {
      kill.abort();
      return;
    }
    stop.abort();
    onFirst();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
