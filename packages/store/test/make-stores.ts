/** Makes the stores `0.db`, `1.db`, ... in a folder, one after the other. */
import { join } from "node:path";
import { openWriter } from "../src/index.ts";

const [folder = "", count = ""] = process.argv.slice(2);
for (let i = 0; i < Number(count); i++) openWriter(join(folder, `${i}.db`)).close();
