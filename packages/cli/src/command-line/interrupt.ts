/** What signals do to a command that takes its time. */
import { ignoredSignals } from "./ignored-signals.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** The exit code of a command that the user has stopped. */
export const STOPPED_BY_USER = 130;

/**
 * Listens to the signals that were not ignored at the start. The first one aborts `signal` and calls
 * `onFirst`; the second aborts `killSignal`; the third ends the process where it stands.
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
  const ignored = ignoredSignals(process.env);
  const heard = SIGNALS.filter((name) => !ignored.has(name));
  for (const name of heard) process.on(name, interrupt);
  return {
    signal: stop.signal,
    killSignal: kill.signal,
    release: () => {
      for (const name of heard) process.off(name, interrupt);
    },
  };
}

/** Does what a signal may stop by an `Interruption`; then calls `onStop`. Returns the exit code. */
export async function interruptible(
  work: (signal: AbortSignal) => Promise<void>,
  onStop: () => void,
): Promise<number> {
  const interrupt = onInterrupt(() => {});
  try {
    await work(interrupt.signal);
    return 0;
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    onStop();
    return STOPPED_BY_USER;
  } finally {
    interrupt.release();
  }
}

/** The user has stopped the command before it was done. */
export class Interruption extends Error {
  override readonly name = "Interruption";
}

/** Lets signals arrive; to be called now and then by what takes long. */
export async function unlessAborted(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  if (signal.aborted) throw new Interruption("stopped by the user");
}
