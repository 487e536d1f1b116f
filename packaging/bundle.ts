/** Bundles the command and the processes that it starts, for the npm package. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { ENTRIES } from "../packages/assets/src/index.ts";
import { overview } from "../packages/cli/src/command-line/help.ts";
import { builtinsWithoutFacades, togetherAt } from "./fast-start.ts";

export const ROOT: string = fileURLToPath(new URL("..", import.meta.url));

/** What is installed beside the package, may be, or is never asked for. */
const EXTERNAL = [
  "better-sqlite3",
  /^@tensorflow\//,
  "react-devtools-core",
  "pg-native",
  "pg-cloudflare",
  "#string-width",
];

/** What is loaded before compiled code can be kept, by every command, to read a store, and to draw a frame. */
const STARTS = {
  first: ["command-line/compile-cache", "command-line/ignored-signals"],
  start: ["command-line/dispatch"],
  reading: ["commands/runs"],
  drawing: ["commands/ui"],
};

/** Large modules that Node makes needless, or that nothing calls. */
const REPLACED: Readonly<Record<string, string>> = {
  // A decoder of Brotli with its dictionary, 0.9 MB.
  "brotli/decompress.js": `export { brotliDecompressSync as default } from "node:zlib";`,
  // Sentences of zod in all languages; English is imported by itself.
  "../locales/index.js": "export {};",
};

const replacing: Plugin = {
  name: "replacing",
  resolveId: (id) => (id in REPLACED ? `\0${id}` : null),
  load: (id) => REPLACED[id.slice(1)] ?? null,
};

/** Writes the modules into a folder, and returns the paths of the sources that are in them. */
export async function bundle(folder: string): Promise<readonly string[]> {
  const processes = Object.entries(ENTRIES).map(([name, [owner, place]]) => [
    name,
    join(ROOT, "packages", owner, "src", `${place}.ts`),
  ]);
  const { resolve } = createRequire(join(ROOT, "packages/text/package.json"));
  const built = await rolldown({
    cwd: ROOT,
    input: {
      main: join(ROOT, "packages/cli/src/main.ts"),
      "string-width": resolve("string-width"),
      ...Object.fromEntries(processes),
    },
    external: EXTERNAL,
    platform: "node",
    plugins: [replacing, builtinsWithoutFacades],
    resolve: { conditionNames: ["@ablate/source", "node", "import", "default"] },
    transform: { define: { "process.env.NODE_ENV": '"production"' } },
  });
  const { output } = await built.write({
    dir: folder,
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
    codeSplitting: { groups: togetherAt(STARTS, join(ROOT, "packages/cli/src")) },
  });
  await bundleHelp(folder);
  const chunks = output.filter((one): one is OutputChunk => one.type === "chunk");
  const sources = chunks.flatMap(({ moduleIds }) => moduleIds);
  return [...new Set(sources)].filter((id) => !id.startsWith("\0"));
}

async function bundleHelp(folder: string): Promise<void> {
  const built = await rolldown({
    cwd: ROOT,
    input: join(ROOT, "packaging/help.ts"),
    platform: "node",
    resolve: { conditionNames: ["@ablate/source", "node", "import", "default"] },
    transform: { define: { OVERVIEW: JSON.stringify(overview()) } },
  });
  await built.write({ file: join(folder, "help.cjs"), format: "cjs" });
}
