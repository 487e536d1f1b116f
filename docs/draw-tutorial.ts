/** Draws the output of the commands in docs/tutorial.md anew. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { checkoutFolder, drawPage } from "../packages/cli/test/drawn-page.ts";

const PAGE = fileURLToPath(new URL("tutorial.md", import.meta.url));

const folder = checkoutFolder();
const { drawn, told } = drawPage(readFileSync(PAGE, "utf8"), folder);
for (const { line, status, said } of told) {
  if (status !== 0) process.stderr.write(`${line}\n  exit code ${status}: ${said}\n`);
}
writeFileSync(PAGE, drawn);
rmSync(folder, { recursive: true });
