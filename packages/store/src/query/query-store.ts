/** All rows of a query at once. */
import type { QueryResult } from "../contract/history.ts";
import { StoreError } from "../store-error.ts";
import { type QueryEnd, type StreamOptions, streamQuery } from "./stream-query.ts";

export type QueryAnswer = QueryResult & QueryEnd;

export type QueryOptions = StreamOptions & {
  /** Memory that this process may take while rows arrive; 1 GB unless given. */
  readonly mostOwnBytes?: number;
};

/** As `streamQuery`, for what needs all rows. */
export async function queryStore(
  path: string,
  sql: string,
  { mostOwnBytes = 1e9, ...options }: QueryOptions,
): Promise<QueryAnswer> {
  const rows: (readonly unknown[])[] = [];
  let columns: readonly string[] = [];
  const end = await streamQuery(path, sql, {
    ...options,
    take: async (some, names) => {
      columns = names;
      for (const row of some) rows.push(row);
      if (process.memoryUsage.rss() > mostOwnBytes) throw new StoreError(tooMany(rows.length));
      return true;
    },
  });
  return { columns, rows, ...end };
}

function tooMany(rows: number): string {
  return `query: ${rows} rows fill the memory, and there are more; ask for fewer with --limit, or use --format csv or json, which print rows as they come`;
}
