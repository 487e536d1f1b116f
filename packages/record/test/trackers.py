"""Logs the same numbers with MLflow, to a database and to files, and with Trackio; prints what was logged as JSON."""

import json
import math
import os
import sys

folder = os.path.abspath(sys.argv[1])
os.chdir(folder)
os.environ.update(TRACKIO_DIR=os.path.join(folder, "trackio"), MLFLOW_ALLOW_FILE_STORE="true")

import mlflow
import trackio

rows = [
    {"loss": 3.3 / (1 + step / 10) + 0.1 * math.sin(step), "valid/acc": step / 30}
    for step in range(30)
]
odd = {"nan": float("nan"), "up": float("inf"), "down": float("-inf")}


def log_mlflow(uri):
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("names of people")
    with mlflow.start_run(run_name="adam 3"):
        mlflow.log_params({"lr": 0.1, "optimizer": "adam", "seed": 3, "nesterov": False})
        mlflow.set_tag("owner", "me")
        for step, row in enumerate(rows):
            mlflow.log_metrics(row, step=10 * step)
        mlflow.log_metrics(odd, step=7)
        mlflow.log_metric("loss", 7.5, step=20)
        for value in (3.0, 2.0, 1.0):
            mlflow.log_metric("without steps", value)
    try:
        with mlflow.start_run(run_name="failed"):
            mlflow.log_metric("loss", 2.0, step=1)
            raise ValueError("the training fails")
    except ValueError:
        pass
    with mlflow.start_run(run_name="deleted") as deleted:
        mlflow.log_metric("loss", 2.0, step=1)
    mlflow.delete_run(deleted.info.run_id)


log_mlflow("sqlite:///mlflow.db")
log_mlflow("file:mlruns")

trackio.init(project="people", name="adam 3", config={"lr": 0.1, "seed": 3, "model": {"hidden": 20}})
for step, row in enumerate(rows):
    trackio.log({**row, "deep": {"er": step}, "text": "x", **(odd if step == 7 else {})}, step=10 * step)
trackio.finish()
trackio.init(project="people", name="second", config={"lr": 0.2})
trackio.log({"loss": 0.25})
trackio.finish()

with open("rows.json", "w") as file:
    json.dump(rows, file)
