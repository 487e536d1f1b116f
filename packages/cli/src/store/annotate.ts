/** Tags, notes and names: written to the store while others may train. */
import { type Annotation, annotate } from "@ablate/store";
import type { Invocation } from "../command-line/command.ts";
import { storePath, withReader } from "./open.ts";
import { findTarget } from "./resolve.ts";

/** Writes an annotation and prints what has changed. */
export function annotateStore(invocation: Invocation, annotation: Annotation): number {
  const { target } = annotation;
  withReader(invocation, (reader) => findTarget(reader, target));
  invocation.terminal.write(`${annotate(storePath(invocation), annotation)}\n`);
  return 0;
}
