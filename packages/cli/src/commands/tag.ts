import { annotate, type NamedAnnotation } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { storePath, withReader } from "../store/open.ts";
import { findRun, findTarget } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Adds tags to a run or a whole grid, or removes them. Tags are single words. Filters find them (tag:baseline), and they do not change what a run is. A run may be in training meanwhile.",
  options: {
    ...STORE_OPTION,
    remove: { multiple: true, value: "TAG", help: "remove this tag" },
  },
  examples: [
    [
      "ablate tag quickstart/v5 baseline keep",
      "add two tags; `ablate runs tag:keep` finds the run",
    ],
    ["ablate tag quickstart/v5 --remove keep", "remove one"],
    ["ablate tag quickstart lecture", "tag the whole grid"],
  ],
  see: ["docs/filter.md", "ablate note"],
  run: (invocation) => {
    const { flags } = invocation;
    const [target = ""] = flags.positionals;
    const remove = flags.texts("remove");
    const dashed = flags.rest.find((tag) => tag.startsWith("-"));
    if (dashed !== undefined) {
      throw new UsageError(`a tag does not begin with a dash; write --remove ${dashed.slice(1)}`);
    }
    if (flags.rest.length + remove.length === 0) {
      throw new UsageError("TAG is missing; usage: ablate tag RUN|GRID TAG... [--remove TAG]");
    }
    return annotateStore(invocation, { kind: "tag", target, add: flags.rest, remove });
  },
};

/** Writes an annotation to the store, while others may train, and prints what has changed. */
export function annotateStore(invocation: Invocation, annotation: NamedAnnotation): number {
  const { target } = annotation;
  withReader(invocation, (reader) => {
    const isGrid = reader.grids().some(({ name }) => name === target);
    // Only the name of a run will do, and only such are suggested.
    if (annotation.kind === "rename" && !isGrid) return findRun(reader, target);
    return findTarget(reader, target);
  });
  invocation.terminal.write(asLine(annotate(storePath(invocation), annotation)));
  return 0;
}
