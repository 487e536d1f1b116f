/** How a column of a view is described, and those that many views have. */

export type SchemaColumn = {
  readonly name: string;
  readonly type: "text" | "integer" | "real";
  /** Null where it has none. */
  readonly unit: string | null;
  readonly meaning: string;
  /** When it is NULL; null: never. */
  readonly nulls: string | null;
};

export type SchemaView = {
  readonly name: string;
  /** What one row is. */
  readonly about: string;
  readonly columns: readonly SchemaColumn[];
};

export type Rest = { readonly unit?: string; readonly nulls?: string };

export function text(name: string, meaning: string, { unit, nulls }: Rest = {}): SchemaColumn {
  return { name, type: "text", unit: unit ?? null, meaning, nulls: nulls ?? null };
}

export function integer(name: string, meaning: string, rest: Rest = {}): SchemaColumn {
  return { ...text(name, meaning, rest), type: "integer" };
}

export function real(name: string, meaning: string, rest: Rest = {}): SchemaColumn {
  return { ...text(name, meaning, rest), type: "real" };
}

export const NATS: Rest = { unit: "nats" };
export const LOSS: Rest = { ...NATS, nulls: "not evaluated, or not finite" };
export const NOT_FINITE: Rest = { nulls: "not finite" };
export const TIME: string = "ISO 8601, UTC";

export const RUN: SchemaColumn = text("run", "the run's name, grid/label");
export const GRID: SchemaColumn = text("grid", "the grid's name");
export const UPDATE: SchemaColumn = integer("step", "of this update, from 0", { unit: "steps" });
export const AFTER: SchemaColumn = integer("step", "after so many updates; 0 is initialisation", {
  unit: "steps",
});
export const LAYER: SchemaColumn = text("layer", "embedding, hidden1, ..., output");
export const UNIT: SchemaColumn = integer("unit", "of the layer, from 0");
export const EXAMPLE: SchemaColumn = integer("example", "of the probe, from 0");
