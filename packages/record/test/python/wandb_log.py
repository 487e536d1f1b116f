"""Writes an offline run of W&B into a folder, and prints what it has written as JSON."""

import json
import os
import sys
import time

FOLDER = sys.argv[-1]
os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=FOLDER)

import numpy as np
import wandb

WRITTEN = {}
WEIGHTS = np.linspace(-1, 2, 1000)
CONFIG = {"lr": 0.1, "seed": 7, "model": {"hidden": [1, 2], "act": "größe"}, "none": None}


def note(name, step, value, run="my run"):
    WRITTEN.setdefault(run, {}).setdefault(name, []).append([step, repr(float(value))])


def write(run):
    for step in range(300):
        row = {"loss": 1.5 / (step + 1), "nested": {"a": step, "b": {"c": 2.5}}, "größe": -1e-300}
        row |= {"big": 2**60, "nan": float("nan"), "inf": float("-inf"), "is": True}
        row |= {"f32": np.float32(1.1), "text": "left out", "list": [1, 2]}
        run.log(row)
        for name in ["loss", "big", "nan", "inf", "is", "größe", "f32"]:
            note(name, step, row[name])
        note("nested.a", step, step)
        note("nested.b.c", step, 2.5)
    counts, edges = np.histogram(WEIGHTS, bins=64)
    histogram = wandb.Histogram(np_histogram=(counts, edges))
    run.log({"parameters/fc1.weight": histogram, "val/acc": 0.5}, step=1000)
    note("val/acc", 1000, 0.5)
    run.config.update({"later": {"key": 1}})
    run.summary["best"] = 0.9
    note("best", 1000, 0.9)
    run.finish(exit_code=int(sys.argv[1]))


def resume(first):
    """A run that is written by two processes: the second one goes on from step 20."""
    for step in [first, first + 10, first + 20]:
        RESUMED.log({"loss": step + 0.5}, step=step)
    RESUMED.finish()


settings = wandb.Settings(console="off", x_disable_stats=True)
write(wandb.init(project="a project", name="my run", id="abc123", config=CONFIG, settings=settings))
for first in [10, 20]:
    RESUMED = wandb.init(project="a project", id="def456", name="two", resume="allow", settings=settings)
    resume(first)
    time.sleep(1.1)  # folders are named by the second
for step in [10, 20, 30, 40]:
    note("loss", step, step + 0.5, "two")
print(json.dumps(WRITTEN))
