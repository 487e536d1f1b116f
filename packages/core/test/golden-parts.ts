import { readFileSync } from "node:fs";

/** A part of what PyTorch gives; test/goldens/README.md explains each. */
export function goldenPart<Part>(name: string): Part {
  return parts[name];
}

const parts = JSON.parse(readFileSync(new URL("goldens/parts.json", import.meta.url), "utf8"));
