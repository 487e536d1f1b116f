/** What every view of a store is and each of its columns, for people and programs. */

export type SchemaColumn = {
  readonly name: string;
  readonly type: "text" | "integer" | "real";
  /** Null where it has none. */
  readonly unit: string | null;
  readonly meaning: string;
  /** When it is NULL; null: never. */
  readonly nulls: string | null;
};

export type SchemaView = {
  readonly name: string;
  /** What one row is. */
  readonly about: string;
  readonly columns: readonly SchemaColumn[];
};

type Rest = { readonly unit?: string; readonly nulls?: string };

function text(name: string, meaning: string, { unit, nulls }: Rest = {}): SchemaColumn {
  return { name, type: "text", unit: unit ?? null, meaning, nulls: nulls ?? null };
}

function integer(name: string, meaning: string, rest: Rest = {}): SchemaColumn {
  return { ...text(name, meaning, rest), type: "integer" };
}

function real(name: string, meaning: string, rest: Rest = {}): SchemaColumn {
  return { ...text(name, meaning, rest), type: "real" };
}

const NATS: Rest = { unit: "nats" };
const LOSS: Rest = { ...NATS, nulls: "not evaluated, or not finite" };
const NOT_FINITE: Rest = { nulls: "not finite" };
const TIME = "ISO 8601, UTC";

const RUN: SchemaColumn = text("run", "the run's name, grid/label");
const GRID: SchemaColumn = text("grid", "the grid's name");
const UPDATE: SchemaColumn = integer("step", "of this update, from 0", { unit: "steps" });
const AFTER: SchemaColumn = integer("step", "after so many updates; 0 is initialisation", {
  unit: "steps",
});
const LAYER: SchemaColumn = text("layer", "embedding, hidden1, ..., output");
const UNIT: SchemaColumn = integer("unit", "of the layer, from 0");
const EXAMPLE: SchemaColumn = integer("example", "of the probe, from 0");

/** Views of the whole run. */
const RUNS: readonly SchemaView[] = [
  {
    name: "runs",
    about: "a run, and what came out",
    columns: [
      RUN,
      text("grid", "the first grid that it belongs to", { nulls: "in no grid" }),
      text("label", "its name in that grid", { nulls: "in no grid" }),
      text("state", "pending, running, finished, failed, diverged, stopped, interrupted"),
      text("reason", "why it ended", { nulls: "not ended" }),
      integer("seed", "of its random numbers"),
      text("config", "the resolved config", { unit: "JSON" }),
      text("hash", "its identity: what decides its numbers", { unit: "sha256" }),
      text("engine", "what trains it: simd or tfjs"),
      integer("steps", "updates planned", { unit: "steps" }),
      integer(
        "last_step",
        "the last one recorded, from 0; of a diverged run the first not finite",
        {
          unit: "steps",
          nulls: "none recorded yet",
        },
      ),
      real("loss", "mean of the last 100 recorded steps", {
        ...NATS,
        nulls: "one of them is not finite, or none recorded yet",
      }),
      real(
        "train_loss",
        "of the training split; running statistics where there is batch norm",
        LOSS,
      ),
      real("valid_loss", "of the validation split, likewise", LOSS),
      real("test_loss", "of the test split, likewise", LOSS),
      real("best_valid_loss", "the lowest of all evaluations", LOSS),
      integer("best_valid_step", "updates made when it was lowest", {
        unit: "steps",
        nulls: "not evaluated, or not finite",
      }),
      real("steps_per_s", "in the training loop, recording included", {
        unit: "steps/s",
        nulls: "none recorded yet",
      }),
      integer("parameters", "numbers that the model trains", { nulls: "never started" }),
      text("tags", "separated by commas", { nulls: "none" }),
      text("started_at", "when it was started", { unit: TIME, nulls: "never started" }),
      text("ended_at", "when it ended", { unit: TIME, nulls: "not ended" }),
      text("error", "what went wrong", { nulls: "unless the run failed" }),
    ],
  },
  {
    name: "grid_runs",
    about: "a run in each of the grids that it belongs to",
    columns: [GRID, RUN, text("label", "its name in this grid")],
  },
  {
    name: "tags",
    about: "a tag of a run, or of a grid",
    columns: [
      text("grid", "the grid, or the first one of the run", { nulls: "the run is in no grid" }),
      text("run", "the run's name", { nulls: "the tag is the grid's own" }),
      text("tag", "as given"),
    ],
  },
  {
    name: "notes",
    about: "what was said of a run, or of a grid",
    columns: [
      text("grid", "the grid, or the first one of the run", { nulls: "the run is in no grid" }),
      text("run", "the run's name", { nulls: "the note is the grid's own" }),
      text("note", "as given"),
    ],
  },
  {
    name: "effects",
    about: "a value of a factor: a key of the config that differs within a grid, the seed aside",
    columns: [
      GRID,
      text("factor", "dotted key of the config; data for the content of the names file"),
      text("value", "as in the config; maps and lists, such as an init entry, as JSON", {
        nulls: "runs whose config has no such key",
      }),
      integer("n", "runs of the grid that have the value and a validation loss"),
      real("mean", "of their final validation losses", { ...NATS, nulls: "there is no such run" }),
      real("std", "the unbiased estimate", { ...NATS, nulls: "of fewer than two runs" }),
    ],
  },
  {
    name: "findings",
    about: "what a rule says of a run, with its evidence",
    columns: [
      RUN,
      text("level", "info, warning or error"),
      text("rule", "the rule's name"),
      text("layer", "the layer it is about", { nulls: "about no single layer" }),
      text("param", "the parameter it is about", { nulls: "about no single parameter" }),
      integer("step", "since when it holds; 0 is initialisation", { unit: "steps" }),
      real("value", "the number behind it", { nulls: "there is none, or it is not finite" }),
      text("message", "in words"),
    ],
  },
];

/** Views of its steps and evaluations. */
const SERIES: readonly SchemaView[] = [
  {
    name: "loss",
    about: "a step of training",
    columns: [
      RUN,
      UPDATE,
      real("loss", "of the mini-batch, before the update", { ...NATS, ...NOT_FINITE }),
      real("lr", "the learning rate"),
    ],
  },
  {
    name: "update_ratio",
    about: "a parameter at a step of training; ask for one run and few steps, the view is large",
    columns: [
      RUN,
      UPDATE,
      text("param", "embedding, hidden1.weight, ..., output.bias"),
      real("ratio", "std of the update over std of the parameter, the float32 as computed", {
        nulls: "not a number, as for one element",
      }),
      real("log10_ratio", "its logarithm; -Inf for a ratio of 0", {
        unit: "log10",
        nulls: "not a number",
      }),
    ],
  },
  {
    name: "curve",
    about: "some consecutive steps of a series at once; extrema are exact",
    columns: [
      RUN,
      text("series", "loss, lr or log10_ratio:PARAM"),
      integer("level", "steps in a row: 16, 256, 4096 or 65536", { unit: "steps" }),
      integer("step", "the first of them", { unit: "steps" }),
      integer("n", "how many values are finite"),
      real("min", "of the finite values", { unit: "the series'", nulls: "none is finite" }),
      real("mean", "of the finite values", { unit: "the series'", nulls: "none is finite" }),
      real("max", "of the finite values", { unit: "the series'", nulls: "none is finite" }),
    ],
  },
  {
    name: "series",
    about: "a series of a run, and how to draw it",
    columns: [
      RUN,
      text("series", "loss, lr or log10_ratio:PARAM"),
      text("unit", "of its values", { nulls: "it has none" }),
      integer("log_scale", "1 where the values are logarithms to base 10"),
      real("guide", "where a line helps the eye", { nulls: "there is none" }),
      real("low", "lower end of the band in which all is well", { nulls: "no verdict is fair" }),
      real("high", "upper end of the band in which all is well", { nulls: "no verdict is fair" }),
    ],
  },
  {
    name: "evals",
    about: "an evaluation of a split",
    columns: [
      RUN,
      AFTER,
      text("split", "train, valid or test"),
      text("statistics", "of batch norm: none, batch, trainset or running"),
      real("loss", "mean over the split", { ...NATS, ...NOT_FINITE }),
    ],
  },
  {
    name: "samples",
    about: "a name that the model made up",
    columns: [RUN, AFTER, integer("i", "from 0"), text("text", "the name, without its end mark")],
  },
];

/** Views of what probes saw inside the network. */
const PROBES: readonly SchemaView[] = [
  {
    name: "layer_stats",
    about: "a tensor of a layer over the 32 examples of a probe",
    columns: [
      RUN,
      AFTER,
      LAYER,
      text(
        "kind",
        "linear, preactivation, activation, each also with _gradient, weight, weight_gradient",
      ),
      real("mean", "over examples and units", NOT_FINITE),
      real("std", "the unbiased estimate", NOT_FINITE),
      real("saturated", "share of activations where the nonlinearity is flat", {
        unit: "0 to 1",
        nulls: "no activation, or without a nonlinearity",
      }),
      integer("dead", "units that are flat for every example", {
        nulls: "no activation, or without a nonlinearity",
      }),
      real("min", "the smallest value", NOT_FINITE),
      real("max", "the largest value", NOT_FINITE),
    ],
  },
  {
    name: "norm_stats",
    about: "a unit of a layer with batch norm",
    columns: [
      RUN,
      AFTER,
      LAYER,
      UNIT,
      text("statistics", "batch (the probe's examples), trainset (at the end only) or running"),
      real("mean", "of what the norm sees, to four digits", NOT_FINITE),
      real("std", "of what the norm sees, to four digits", NOT_FINITE),
      real("gamma", "the learnt scale, to four digits", NOT_FINITE),
      real("beta", "the learnt shift, to four digits", NOT_FINITE),
    ],
  },
  {
    name: "histograms",
    about: "a bin that is not empty; edges never change between steps, layers and runs",
    columns: [
      RUN,
      AFTER,
      LAYER,
      text("kind", "preactivation, activation, activation_gradient, weight or weight_gradient"),
      integer("bin", "its place, from the lowest on"),
      real("low", "its lower edge; -Inf in the first"),
      real("high", "its upper edge; Inf in the last"),
      integer("count", "values in it"),
    ],
  },
  {
    name: "saturation",
    about: "an activation where the nonlinearity is flat",
    columns: [RUN, AFTER, LAYER, EXAMPLE, UNIT],
  },
  {
    name: "logits",
    about: "what the network believes of one token after one of the first four examples",
    columns: [
      RUN,
      AFTER,
      EXAMPLE,
      integer("token", "place in the vocabulary, . first"),
      real("logit", "unnormalised, to four digits", NOT_FINITE),
      real("probability", "softmax of the logits, to four digits", {
        unit: "0 to 1",
        ...NOT_FINITE,
      }),
    ],
  },
];

/** Every view, documented. */
export const SCHEMA: readonly SchemaView[] = [...RUNS, ...SERIES, ...PROBES];
