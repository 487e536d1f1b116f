"use strict";
// Begins the command of the npm package. Every Node can read this file, so that an old one gets a sentence.
var needed = 24;
if (process.platform === "win32") refuse("runs on Linux and macOS; on Windows use it within WSL2");
else if (parseInt(process.versions.node, 10) >= needed) start();
else
  refuse(
    "needs Node " +
      needed +
      " or later, this is " +
      process.versions.node +
      "; get one from https://nodejs.org",
  );

function start() {
  if (process.argv.length === 3 && /^(--help|-h|help)$/.test(process.argv[2])) {
    try {
      return require("./help.cjs");
    } catch (_) {} // where nothing can be written, the command says so
  }
  require("./import-main.cjs");
}

function refuse(why) {
  // biome-ignore lint/style/useTemplate: an old Node reads this
  process.stderr.write("ablate: it " + why + "\n");
  process.exitCode = 2;
}
