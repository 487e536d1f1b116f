/** Keeps the start of a command short: each module, and each look at all that a module of Node exports, costs time. */
import { join } from "node:path";
import type { ChunkingContext, CodeSplittingGroup, Plugin } from "rolldown";

type Starts = Readonly<Record<string, readonly string[]>>;

/**
 * Puts modules and all that they import into one file of each name, unless an earlier name has it.
 *
 * @param folder - where the modules of all names are
 */
export function togetherAt(starts: Starts, folder: string): CodeSplittingGroup[] {
  const names = Object.keys(starts);
  let places: ReadonlyMap<string, string> | undefined;
  return names.map((name, i) => ({
    name: (id, context) => {
      places ??= placesOf(starts, folder, context);
      return places.get(id) === name ? name : null;
    },
    debugName: name,
    priority: names.length - i,
  }));
}

function placesOf(
  starts: Starts,
  folder: string,
  context: ChunkingContext,
): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const [name, modules] of Object.entries(starts)) {
    const waiting = modules.map((module) => join(folder, `${module}.ts`));
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (places.has(id)) continue;
      places.set(id, name);
      waiting.push(...(context.getModuleInfo(id)?.importedIds ?? []));
    }
  }
  return places;
}

/** What a chunk imports from a module of Node by names. */
const IMPORT = /^import \{ ([^}]+) \} from "(node:[\w/]+)";$/gm;

/**
 * Asks Node for its modules without the facade that an import of one gets: that reads all that the module exports, so
 * that `node:fs` loads streams and promises, too.
 */
export const builtinsWithoutFacades: Plugin = {
  name: "builtins-without-facades",
  renderChunk: (code) =>
    code.replace(
      IMPORT,
      (_, names: string, id: string) =>
        `const { ${names.replaceAll(" as ", ": ")} } = process.getBuiltinModule("${id}");`,
    ),
};
