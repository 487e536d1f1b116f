import { Feed } from "./data/feed.ts";
import { Program, sizeOf, type UiOptions } from "./program.ts";
import { Session } from "./session.ts";
import { memoryFile, recall, remember } from "./state/memory.ts";
import type { ViewSettings } from "./state/settings.ts";

/**
 * Shows a store until the user quits; returns the exit code. The terminal is given back in every
 * case: on quitting, on a signal, and on an error, which is thrown afterwards.
 *
 * @throws StoreError - if the store cannot be read
 */
export async function openUi(options: UiOptions): Promise<number> {
  const feed = new Feed(options.store);
  const file = memoryFile(options.store, options.environment);
  const session = sessionOf(options, feed, recall(file));
  const program = new Program(options, session);
  try {
    return await program.run();
  } finally {
    remember(file, session.state.settings);
    feed.close();
  }
}

/** Makes a session with the remembered settings and what the command line asks for. */
function sessionOf(
  { view, run, marks = [], stdout, ...options }: UiOptions,
  feed: Feed,
  remembered: ViewSettings,
): Session {
  const settings: ViewSettings = {
    ...remembered,
    view: view ?? (run === undefined ? remembered.view : "run"),
    marks: [...new Set([...remembered.marks, ...marks])],
    findingScope: run === undefined ? remembered.findingScope : "run",
  };
  const session = new Session({ ...options, feed, size: sizeOf(stdout), settings });
  if (run !== undefined) session.open(run);
  if (feed.notice !== null) session.say(feed.notice);
  return session;
}
