import { readFileSync, realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * Which file of the native part that `pnpm tensorflow` has linked is not as long as its manifest says;
 * null where all are, or where the native part is another's. Loading half a library would end the process.
 */
export function cutFile(): string | null {
  const { resolve } = createRequire(import.meta.url);
  try {
    const installed = dirname(resolve("@tensorflow/tfjs-node/package.json"));
    const folder = dirname(realpathSync(join(installed, "lib")));
    const { files } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    const cut = files.find(
      ({ path, size }: { readonly path: string; readonly size?: number }) =>
        size !== undefined &&
        statSync(join(folder, path), { throwIfNoEntry: false })?.size !== size,
    );
    return cut === undefined ? null : join(folder, cut.path);
  } catch {
    return null; // nothing linked: what is wrong is said when it is loaded
  }
}
