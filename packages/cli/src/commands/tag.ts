import { annotate, type NamedAnnotation } from "@ablate/store";
import { asLine } from "@ablate/text";
import type { Command, Invocation } from "../command-line/command.ts";
import { UsageError } from "../command-line/errors.ts";
import { STORE_OPTION } from "../command-line/options.ts";
import { storePath, withReader } from "../store/open.ts";
import { findRun, findTarget } from "../store/resolve.ts";

export const command: Command = {
  about:
    "Gives a run or a whole grid tags, or takes some away. Tags are single words; they can be filtered by (tag:baseline) and are no part of a run's identity. It may be done while the run is trained.",
  options: {
    ...STORE_OPTION,
    remove: { multiple: true, value: "TAG", help: "take this tag away" },
  },
  examples: [
    ["ablate tag quickstart/v5 baseline keep", "two tags; `ablate runs tag:keep` finds it"],
    ["ablate tag quickstart/v5 --remove keep", "one less"],
    ["ablate tag quickstart lecture", "a tag of the whole grid"],
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
