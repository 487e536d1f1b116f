/** Entry of the `ablate` command: as little as possible before the compile cache is on. */
import { constants, enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const cache = fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url));
// The system's temporary folder where the installation cannot be written to.
if (enableCompileCache(cache).status === constants.compileCacheStatus.FAILED) enableCompileCache();
const { main } = await import("./command-line/dispatch.ts");
process.exitCode = await main(process.argv.slice(2));
