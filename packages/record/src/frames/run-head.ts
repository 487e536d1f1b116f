/** Reads the frame `run`, with which every file of frames begins. */
import type { LayerKind, Parameter, ParameterRole } from "@ablate/core";
import { type Provenance, provenanceOf, type Seed } from "@ablate/store";
import {
  isObject,
  isWhole,
  type JsonObject,
  listOf,
  objectOf,
  oneOf,
  seedOf,
  textOf,
  textOrNull,
  wholeOrNull,
} from "../json-values.ts";
import { LogError } from "../log-error.ts";

export type RunHead = {
  readonly id: string;
  readonly name: string;
  /** The `id` of the run that goes on. */
  readonly resumes: string | null;
  readonly config: JsonObject;
  readonly seed: Seed | null;
  readonly framework: string | null;
  readonly steps: number | null;
  readonly start: number;
  /** Those with ratios. */
  readonly parameters: readonly Parameter[];
  readonly rank: number;
  readonly world: number;
  readonly host: string | null;
  readonly pid: number | null;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly provenance: Provenance;
};

const KINDS: readonly (LayerKind | "norm")[] = ["embedding", "hidden", "output", "norm", "other"];
const ROLES: readonly ParameterRole[] = ["weight", "bias", "gain", "shift", "embedding", "other"];

/** More parameters than any network has: a row of the store has a ratio of each. */
const MOST_PARAMETERS = 100_000;

/** Characters of a value in the provenance. */
const LONGEST_FACT = 2000;

/** @throws LogError - if it is no such frame, or says what it cannot */
export function readRunHead(head: JsonObject): RunHead {
  if (head.type !== "run") throw new LogError("a file of frames begins with the frame `run`");
  const listed = listOf(head, "parameters");
  if (listed.length > MOST_PARAMETERS) {
    throw new LogError(`it has ${listed.length} parameters; ${MOST_PARAMETERS} are the most`);
  }
  const all = listed.map(parameterOf);
  const names = new Set<string>();
  for (const { parameter } of all) {
    if (names.has(parameter.name)) throw new LogError(`it has a parameter ${parameter.name} twice`);
    names.add(parameter.name);
  }
  const id = textOf(head, "id");
  const rank = wholeOrNull(head, "rank") ?? 0;
  const untrained = all.filter(({ isTrained }) => !isTrained);
  return {
    ...{ id, rank, name: textOrNull(head, "name") || "run" },
    resumes: textOrNull(head, "resumes"),
    config: objectOf(head, "config"),
    seed: seedOf(head.seed),
    framework: textOrNull(head, "framework"),
    steps: wholeOrNull(head, "steps"),
    start: wholeOrNull(head, "start") ?? 0,
    parameters: all.filter(({ isTrained }) => isTrained).map(({ parameter }) => parameter),
    world: wholeOrNull(head, "world") ?? 1,
    host: textOrNull(head, "host"),
    pid: wholeOrNull(head, "pid"),
    time: typeof head.time === "number" && Number.isFinite(head.time) ? head.time : 0,
    provenance: provenanceIn(
      head,
      untrained.map(({ parameter }) => parameter),
    ),
  };
}

function parameterOf(item: unknown): {
  readonly parameter: Parameter;
  readonly isTrained: boolean;
} {
  if (!isObject(item)) throw new LogError("one of its parameters is no JSON object");
  const name = textOf(item, "name");
  const shape = listOf(item, "shape").filter(isWhole);
  if (shape.length !== listOf(item, "shape").length) {
    throw new LogError(`the shape of its parameter ${name} has a value that is not a whole number`);
  }
  const size = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(size)) throw new LogError(`its parameter ${name} has too many numbers`);
  const kind = oneOf(item.kind, KINDS) ?? "other";
  const parameter = {
    ...{ name, shape, size, layer: textOrNull(item, "layer") ?? name },
    layerKind: kind === "norm" ? "other" : kind,
    role: oneOf(item.role, ROLES) ?? "other",
  } as const;
  return { parameter, isTrained: item.trained !== false };
}

/** Returns what is known of where a run is trained. Parameters that nothing updates have no ratios: they are named there. */
function provenanceIn(head: JsonObject, untrained: readonly Parameter[]): Provenance {
  const facts = Object.entries(objectOf(head, "provenance")).map(
    ([key, value]) => [key.slice(0, LONGEST_FACT), factOf(value)] as const,
  );
  const { host = null, world = 1 } = head;
  return {
    ...Object.fromEntries(facts),
    ...provenanceOf({
      ratios: oneOf(head.ratios, ["rms", "std"] as const) ?? null,
      every: wholeOrNull(head, "every") ?? 1,
      untrained: untrained.map(({ name }) => name),
    }),
    ...(host === null ? {} : { host: factOf(host) }),
    ...(world === 1 ? {} : { world: factOf(world), rank: factOf(head.rank) }),
  };
}

function factOf(value: unknown): string | number | boolean | null {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return (text ?? "").slice(0, LONGEST_FACT);
}
