import { expect, test } from "vitest";
import { openReader, SCHEMA } from "../src/index.ts";
import { claimedRun } from "./make.ts";

test.each(SCHEMA.map((view) => [view.name, view] as const))(
  "the documented columns of %s are those that it has",
  (name, { columns }) => {
    const reader = openReader(claimedRun([]).path);
    const { rows } = reader.query("select name from pragma_table_info(?)", [name]);
    reader.close();

    expect(columns.map((column) => column.name)).toEqual(rows.flat());
  },
);
