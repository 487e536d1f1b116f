/** Native parts of tfjs-node in every state, for the real command. */
import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Files of a native part, and how long its manifest says that they are. */
export type NativePart = Readonly<
  Record<string, Uint8Array | { readonly bytes: Uint8Array; readonly size: number }>
>;

/** Bytes of which as many are missing. */
export function half(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly size: number } {
  return { bytes, size: 2 * bytes.length };
}

/** A module that makes Node take `@tensorflow/tfjs-node` from a copy with this native part. */
export function withNativePart(native: NativePart): string {
  const folder = mkdtempSync(join(tmpdir(), "ablate-tfjs-"));
  const copy = copyPackage(folder);
  const files = Object.entries(native).map(([path, given]) => {
    const { bytes, size } =
      given instanceof Uint8Array ? { bytes: given, size: given.length } : given;
    mkdirSync(dirname(join(folder, "native", path)), { recursive: true });
    writeFileSync(join(folder, "native", path), bytes);
    return { path, size };
  });
  if (files.length > 0) {
    writeFileSync(join(folder, "native/manifest.json"), JSON.stringify({ files }));
    symlinkSync(join(folder, "native/lib"), join(copy, "lib"));
  }
  const hook = join(folder, "hook.mjs");
  writeFileSync(
    hook,
    `import { registerHooks } from "node:module";
const places = {
  "@tensorflow/tfjs-node": ${JSON.stringify(pathToFileURL(join(copy, "dist/index.js")))},
  "@tensorflow/tfjs-node/package.json": ${JSON.stringify(pathToFileURL(join(copy, "package.json")))},
};
registerHooks({
  resolve: (specifier, context, next) =>
    specifier in places
      ? { url: places[specifier], format: "commonjs", shortCircuit: true }
      : next(specifier, context),
});
`,
  );
  return hook;
}

/** tfjs-node without its native part, among links to what it imports. */
function copyPackage(folder: string): string {
  const core = join(import.meta.dirname, "../../core");
  const original = realpathSync(join(core, "node_modules/@tensorflow/tfjs-node"));
  const copy = join(folder, "node_modules/@tensorflow/tfjs-node");
  cpSync(original, copy, {
    recursive: true,
    filter: (path) => !/^\/(lib|deps|node_modules|src|python)\b/.test(path.slice(original.length)),
  });
  symlinkSync(join(dirname(original), "tfjs"), join(folder, "node_modules/@tensorflow/tfjs"));
  for (const name of ["@mapbox", "long", "google-protobuf"]) {
    symlinkSync(join(original, "../..", name), join(folder, "node_modules", name));
  }
  return copy;
}

/** The beginning of a 64-bit shared object for this ELF machine number. */
export function elfFor(machine: number): Uint8Array {
  const header = new Uint8Array(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const view = new DataView(header.buffer);
  view.setUint16(16, 3, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  return header;
}
