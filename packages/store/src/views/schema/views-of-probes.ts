import {
  AFTER,
  EXAMPLE,
  integer,
  LAYER,
  NOT_FINITE,
  RUN,
  real,
  type SchemaView,
  text,
  UNIT,
} from "./columns.ts";

/** Views of what probes saw inside the network. */
export const PROBES: readonly SchemaView[] = [
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
