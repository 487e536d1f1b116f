/** What brings logs into the store while the UI shows it. */

export type LogSource = {
  /** The files and folders, as they were asked for. */
  readonly title: string;
  /** Says how far it is. */
  readonly status: () => SourceStatus;
  /** Returns sentences for the user that have come since the last call. */
  readonly takeNews: () => readonly string[];
};

export type SourceStatus = {
  /** While not all has been read that was there at the start. */
  readonly isReading: boolean;
  /** Logs that were found, and those of them that are read to their present end. */
  readonly found: number;
  readonly read: number;
  /** None of the files and folders is there yet. */
  readonly isMissing?: boolean;
  /** Why nothing new is read any more. */
  readonly trouble: string | null;
};

/** Says how far a source is while it reads what was there at the start. */
export function readingText({ found, read }: SourceStatus): string {
  return found === 0 ? "looking for logs" : `reading ${read} of ${found} logs`;
}
