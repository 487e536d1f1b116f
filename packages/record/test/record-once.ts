/** Records logs into the store of a folder and says how that ended: `record-once.ts FOLDER PATH...`. */
import { join } from "node:path";
import { openWriter } from "@ablate/store";
import { recordLogs } from "../src/index.ts";

const [folder = "", ...paths] = process.argv.slice(2);
const store = openWriter(join(folder, "ablate.db"));
const { trouble } = await recordLogs({ store, paths, storageTimeoutMs: 300 });
process.stdout.write(trouble === null ? "whole" : `given up: ${trouble.message}`);
