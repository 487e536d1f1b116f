/** Opens the UI on a terminal: how the store was last looked at, what the command line asks for, and the program. */
import type { FirstCommand } from "../commands/table.ts";
import { Feed, type StoreSnapshot } from "../data/feed.ts";
import { areOfSeveralGrids } from "../data/grids.ts";
import type { LogSource } from "../data/log-source.ts";
import { type Annotate, Session } from "../session/session.ts";
import { memoryFile, recall, remember } from "../state/memory.ts";
import { DEFAULT_SETTINGS, type ViewSettings } from "../state/settings.ts";
import { sizeOf } from "../terminal/size.ts";
import { Program, type ProgramOptions } from "./program.ts";

export type UiOptions = ProgramOptions & {
  /** Path of the store. */
  readonly store: string;
  /** Leaves the mouse to the terminal. */
  readonly isWithoutMouse?: boolean | undefined;
  readonly view?: string | undefined;
  /** Waits for the store where there is none yet. */
  readonly isAwaited?: boolean | undefined;
  /** Exact name of a run to open. */
  readonly run?: string | undefined;
  /** Shows runs, too, that are left from earlier plans. */
  readonly isAll?: boolean | undefined;
  /** Runs to mark, beside the remembered ones unless these alone are asked for. */
  readonly marks?: readonly string[] | undefined;
  readonly areOnlyMarks?: boolean | undefined;
  /** The grid to show, in place of the remembered one; null shows all. */
  readonly grid?: string | null | undefined;
  /** What is carried out first. */
  readonly commands?: readonly FirstCommand[] | undefined;
  /** Whether nothing is taken over of how the store was last looked at. */
  readonly isFresh?: boolean | undefined;
  /** A word for a run to open as soon as it is there. */
  readonly wanted?: string | undefined;
  /** Logs that are brought into the store meanwhile. */
  readonly source?: LogSource | undefined;
  /** A sentence at the bottom of the first frame. */
  readonly hint?: string | undefined;
  readonly annotate: Annotate;
};

/** Runs that are read between two keys, where there are very many. */
const PART = 800;

/**
 * Shows a store until the user quits; returns the exit code. The terminal is given back in every
 * case: on quitting, on a signal, and on an error, which is thrown afterwards.
 *
 * @throws StoreError - if the store cannot be read
 */
export async function openUi(options: UiOptions): Promise<number> {
  const feed = new Feed(options.store, { ...options, part: PART });
  const file = memoryFile(options.store, options.environment);
  const session = sessionOf(options, feed, options.isFresh ? DEFAULT_SETTINGS : recall(file));
  const program = new Program(options, session, feed);
  try {
    return await program.run();
  } finally {
    remember(file, session.state.settings);
    feed.close();
  }
}

/** Makes a session with the remembered settings and what the command line asks for. */
function sessionOf(
  {
    view,
    run,
    isAll = false,
    isWithoutMouse = false,
    marks = [],
    areOnlyMarks = false,
    grid,
    commands = [],
    stdout,
    hint,
    ...options
  }: UiOptions,
  feed: Feed,
  remembered: ViewSettings,
): Session {
  const isOfRun = run !== undefined || options.wanted !== undefined;
  const isOfFirst = !isOfRun && commands.length === 0 && showsFirst(remembered, view);
  if (!isOfFirst || feed.reader.grids().length > 1) feed.readAll();
  const settings: ViewSettings = {
    ...remembered,
    view: view ?? (isOfRun ? "run" : firstView(remembered, feed.snapshot)),
    isAll,
    grid: grid === undefined ? remembered.grid : grid,
    isMouse: remembered.isMouse && !isWithoutMouse,
    marks: areOnlyMarks ? marks : [...new Set([...remembered.marks, ...marks])],
    findingScope: run === undefined ? remembered.findingScope : "run",
  };
  const { depth, background } = options.theme;
  const session = new Session({
    ...options,
    depth,
    background,
    feed,
    size: sizeOf(stdout),
    settings,
  });
  if (run !== undefined) session.open(run);
  session.begin(commands);
  const said = hint ?? feed.notice;
  if (said !== null) session.say(said);
  return session;
}

/** Whether a session begins with the list of runs as they were planned, so that the first of them are enough. */
function showsFirst(remembered: ViewSettings, view = remembered.view): boolean {
  const { filter, sort, grid, marks, baseline } = remembered;
  const isWhole = filter === "" && sort === null && grid === null;
  return view === "runs" && isWhole && marks.length === 0 && baseline === null;
}

/** Returns the view of a session that nobody asked for another: the last one, of several grids at first their list. */
function firstView(remembered: ViewSettings, { runs, logs }: StoreSnapshot): string {
  const isNew = remembered === DEFAULT_SETTINGS; // nothing is remembered of this store
  return isNew && logs === null && areOfSeveralGrids(runs) ? "grids" : remembered.view;
}
