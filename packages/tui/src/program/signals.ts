/** What ends or interrupts the program from outside: signals, errors, a terminal that is gone. */

type Heard = {
  /** The size may have changed, also where it ends as it was: what is on the screen may be gone. */
  readonly onResize: () => void;
  readonly onResume: () => void;
  readonly onError: (error: unknown) => void;
  readonly onEnd: (exitCode: number) => void;
};

/** The exit codes that shells expect of signals. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const;

/** What the input says of a terminal that is gone. */
const GONE = ["end", "close", "error"] as const;

/** Listens until what is returned is called; `ignored` names signals that nobody hears of. */
export function listen(
  stdin: NodeJS.ReadStream,
  ignored: ReadonlySet<string> | undefined,
  { onResize, onResume, onError, onEnd }: Heard,
): () => void {
  const handlers: Readonly<Record<string, (error: unknown) => void>> = {
    SIGWINCH: onResize,
    SIGCONT: onResume,
    uncaughtException: onError,
    unhandledRejection: onError,
    SIGHUP: () => onEnd(EXIT_CODES.SIGHUP),
    SIGINT: () => onEnd(EXIT_CODES.SIGINT),
    SIGQUIT: () => onEnd(EXIT_CODES.SIGQUIT),
    SIGTERM: () => onEnd(EXIT_CODES.SIGTERM),
  };
  const heard = Object.entries(handlers).filter(([event]) => ignored?.has(event) !== true);
  for (const [event, handler] of heard) process.on(event, handler);
  // A terminal that is gone while hangups are ignored: nobody can see the UI or leave it any more.
  const onGone = (): void => onEnd(EXIT_CODES.SIGHUP);
  for (const event of GONE) stdin.on(event, onGone);
  return () => {
    for (const [event, handler] of heard) process.off(event, handler);
    for (const event of GONE) stdin.off(event, onGone);
  };
}
