/** What every view of a store is and each of its columns, for people and programs. */
import type { SchemaView } from "./schema/columns.ts";
import { PROBES } from "./schema/views-of-probes.ts";
import { RUNS } from "./schema/views-of-runs.ts";
import { SERIES } from "./schema/views-of-series.ts";

/** Every view, documented. */
export const SCHEMA: readonly SchemaView[] = [...RUNS, ...SERIES, ...PROBES];
