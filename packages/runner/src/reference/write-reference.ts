/** Entry of `pnpm reference`: what is made from the definitions of the keys, in place. */
import { readFileSync, writeFileSync } from "node:fs";
import { configJsonSchema } from "./json-schema.ts";
import { withTables } from "./tables.ts";

const root = new URL("../../../../", import.meta.url);
const page = new URL("docs/config.md", root);

writeFileSync(page, withTables(readFileSync(page, "utf8")));
writeFileSync(
  new URL("configs/schema.json", root),
  `${JSON.stringify(configJsonSchema(), null, 1)}\n`,
);
