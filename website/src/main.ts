/** Entry of `pnpm site` (`build`) and `pnpm site:dev` (`dev`): the website from the documents as they lie. */
import { watch } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, createServer } from "vitepress";
import { ROOT } from "./repository.ts";
import { clearPages, stage } from "./stage.ts";

const WEBSITE = join(import.meta.dirname, "..");

/** Where documents lie that are edited while `dev` shows them. */
const WATCHED = [ROOT, join(ROOT, "docs"), join(ROOT, "configs"), WEBSITE];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: "string", default: "/" },
    out: { type: "string", default: join(WEBSITE, "dist/site") },
    port: { type: "string", default: "5173" },
  },
});

clearPages();
const { missing } = await stage();
for (const link of missing) process.stderr.write(`no such file, left without a link: ${link}\n`);
if (positionals[0] === "dev") await show();
else await build(WEBSITE, { base: values.base, outDir: resolve(values.out) });

async function show(): Promise<void> {
  const server = await createServer(WEBSITE, { port: Number(values.port) });
  await server.listen();
  server.printUrls();
  for (const folder of WATCHED) {
    watch(folder, (_, name) => {
      if (name?.endsWith(".md")) void stage();
    });
  }
}
