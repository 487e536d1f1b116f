/** Entry of the `ablate` command: as little as possible before the compile cache is on. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { main } = await import("./command-line/dispatch.ts");
process.exitCode = await main(process.argv.slice(2));
