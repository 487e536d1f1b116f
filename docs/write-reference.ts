/** Entry of `pnpm reference`: writes anew what is made from definitions, in place. */
import { readFileSync, writeFileSync } from "node:fs";
import { configSchemaText } from "../packages/runner/src/reference/json-schema.ts";
import { withTables } from "../packages/runner/src/reference/tables.ts";
import { withViews } from "./view-tables.ts";

const root = new URL("../", import.meta.url);

function rewrite(path: string, change: (page: string) => string): void {
  const page = new URL(path, root);
  writeFileSync(page, change(readFileSync(page, "utf8")));
}

rewrite("docs/config.md", withTables);
rewrite("docs/sql.md", withViews);
rewrite("docs/json.md", withViews);
writeFileSync(new URL("configs/schema.json", root), configSchemaText());
