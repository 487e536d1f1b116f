/** Entry of the `ablate` command: as little as possible before the compile cache is on. */
import { useCompileCache } from "./command-line/compile-cache.ts";
import { ignoredSignals, keepIgnoring } from "./command-line/ignored-signals.ts";

keepIgnoring(ignoredSignals(process.env));
useCompileCache(process.env);
const { main, crashed } = await import("./command-line/dispatch.ts");
process.on("uncaughtException", crashed);
process.exitCode = await main(process.argv.slice(2));
