/** The messages between the command and the process that runs a query. */
import type { QueryMistake } from "./mistake.ts";

export type QueryRequest = {
  readonly path: string;
  readonly sql: string;
  /** The largest number of rows; 0 is all. */
  readonly limit: number;
  /** How much memory the process may take. */
  readonly mostBytes: number;
  /** The folder for its temporary files. */
  readonly scratch: string | null;
  readonly parent: number;
};

export type QueryMessage =
  | { readonly type: "notice"; readonly text: string }
  | { readonly type: "columns"; readonly columns: readonly string[] }
  | { readonly type: "rows"; readonly rows: readonly (readonly unknown[])[] }
  | { readonly type: "done"; readonly isCut: boolean }
  | { readonly type: "mistake"; readonly mistake: QueryMistake }
  | { readonly type: "failed"; readonly message: string };

/** The text that the process writes to stderr before it ends because of its memory. */
export const OUT_OF_MEMORY = "query needs too much memory";
