/** Files that repeat the version of `release/package.json`, since other tools read it there: what precedes it, it, what follows. */
export const VERSION_PLACES: Readonly<Record<string, RegExp>> = {
  "packages/cli/package.json": /^( {2}"version": ")([^"]*)(")/m,
  "clients/tfjs/package.json": /^( {2}"version": ")([^"]*)(")/m,
  "clients/python/src/ablate_lab/__init__.py": /^(__version__ = ")([^"]*)(")/m,
  "CITATION.cff": /^(version: )(\S+)(\n)/m,
};
