/**
 * How a view is declared: its columns once, with all that is known of them. The view's SQL, the types
 * of its rows, the types of exported files, `query --explain-schema` and the tables of docs/ are made
 * of it.
 */

export type ColumnType = "text" | "integer" | "real";

type ColumnNotes = {
  readonly unit?: string;
  /** When it is NULL; left out where it never is. */
  readonly nulls?: string;
  /** What tables of runs head it by where that is not its name; filters take either. */
  readonly title?: string;
  /** Every value of a real column is a float32, as it was trained. */
  readonly isFloat32?: true;
  /** Integers that a number does not hold are texts of their digits. */
  readonly hasDigits?: true;
  /** Its expression over the tables of `from`; left out where it is a column of the same name. */
  readonly sql?: string;
};

/** A column: its type, what it means, and the rest. */
export type Column = readonly [type: ColumnType, meaning: string, notes?: ColumnNotes];

type Declared = {
  readonly name: string;
  /** What one row is. */
  readonly about: string;
};

/** A view that selects each column from some tables, or one whose SQL is given whole. */
export type View = Declared & { readonly columns: Readonly<Record<string, Column>> } & (
    | {
        /** What comes before SELECT. */
        readonly with?: string;
        readonly from: string;
        /** Which table of `from` has the columns without an expression, where there are several. */
        readonly own?: string;
      }
    | { readonly sql: string }
  );

type Cell<C> =
  | (C extends readonly [unknown, unknown, { readonly hasDigits: true }] ? string : never)
  | (C extends readonly ["text", ...(readonly unknown[])] ? string : number)
  | (C extends readonly [unknown, unknown, { readonly nulls: string }] ? null : never);

/** A row of a view that is declared `as const`. */
export type Row<V extends { readonly columns: object }> = {
  readonly [Name in keyof V["columns"]]: Cell<V["columns"][Name]>;
};

/** Returns the SELECT that a view stands for. */
export function selectOf(view: View): string {
  if ("sql" in view) return view.sql;
  const own = view.own === undefined ? "" : `${view.own}.`;
  const columns = Object.entries(view.columns).map(
    ([name, [, , notes]]) => `${notes?.sql ?? own + name} as "${name}"`,
  );
  return `${view.with ?? ""} select ${columns.join(", ")} from ${view.from}`;
}

/** A view and its columns as `query --explain-schema --json` prints them. */
export type SchemaView = Declared & { readonly columns: readonly SchemaColumn[] };

export type SchemaColumn = {
  readonly name: string;
  readonly type: ColumnType;
  /** Null where it has none. */
  readonly unit: string | null;
  readonly meaning: string;
  /** When it is NULL; null: never. */
  readonly nulls: string | null;
};

export function schemaOf({ name, about, columns }: View): SchemaView {
  return {
    name,
    about,
    columns: Object.entries(columns).map(([column, [type, meaning, { unit, nulls } = {}]]) => {
      return { name: column, type, unit: unit ?? null, meaning, nulls: nulls ?? null };
    }),
  };
}
