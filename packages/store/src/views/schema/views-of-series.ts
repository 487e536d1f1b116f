import {
  AFTER,
  integer,
  NATS,
  NOT_FINITE,
  RUN,
  real,
  type SchemaView,
  text,
  UPDATE,
} from "./columns.ts";

/** Views of its steps and evaluations. */
export const SERIES: readonly SchemaView[] = [
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
