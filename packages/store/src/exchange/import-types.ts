import type { GridChange } from "./grids.ts";

/** What became of a run: `training` is kept because this machine is at it, `trashed` is in its trash. */
export type RunChange = "added" | "replaced" | "kept" | "training" | "trashed";

export type ImportedRun = {
  /** Its name here. */
  readonly run: string;
  /** Its name there. */
  readonly source: string;
  readonly hash: string;
  readonly change: RunChange;
  /** Its state here, after the import. */
  readonly state: string;
  /** Steps recorded here, after the import. */
  readonly steps: number;
};

export type ImportedGrid = { readonly grid: string; readonly change: GridChange };

export type ImportReport = {
  /** What the user should know about how the files were opened. */
  readonly notices: readonly string[];
  readonly grids: readonly ImportedGrid[];
  readonly runs: readonly ImportedRun[];
};

export type ImportOptions = {
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  /** Awaited before each run; what it throws ends the work, and what is done stays. */
  readonly beforeRun?: () => Promise<void>;
};
