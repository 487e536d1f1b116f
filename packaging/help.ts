/** Prints the overview of the commands, which was written when the package was: newcomers ask for it first. */
import { writeSync } from "node:fs";
import { asCalled } from "../packages/cli/src/command-line/called.ts";

/** What `ablate --help` prints; put in its place by the bundler. */
declare const OVERVIEW: string;

const text = Buffer.from(asCalled(OVERVIEW, process.env));
const written = writeSync(1, text);
if (written < text.length) process.stdout.write(text.subarray(written));
