import { GRID, integer, LOSS, NATS, RUN, real, type SchemaView, TIME, text } from "./columns.ts";

/** Views of the whole run. */
export const RUNS: readonly SchemaView[] = [
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
      integer("until", "from which step on it holds no more", {
        unit: "steps",
        nulls: "it still holds",
      }),
    ],
  },
];
