/** Entry of `pnpm bench:docs`: writes the tables of docs/performance.md anew, from the last reports. */
import { readFileSync, writeFileSync } from "node:fs";
import { withResults } from "./results.ts";

const page = new URL("../../docs/performance.md", import.meta.url);
writeFileSync(page, withResults(readFileSync(page, "utf8")));
