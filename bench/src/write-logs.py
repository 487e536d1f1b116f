"""Writes logs with the real libraries for readers.ts: python write-logs.py tfevents|wandb STEPS FOLDER, or reads one."""

import math
import os
import sys
import time

KEYS = [f"ratio/h{i}" for i in range(15)]


def row(step):
    loss = 3.3 / (1 + step / 100) + 0.1 * math.sin(step)
    return {"loss": loss, "lr": 0.1, **{k: 1e-3 * (1 + math.cos(step + i)) for i, k in enumerate(KEYS)}}


def tfevents(steps, folder):
    from tensorboardX import SummaryWriter

    with SummaryWriter(os.path.join(folder, "run")) as writer:
        for step in range(steps):
            for name, value in row(step).items():
                writer.add_scalar(name, value, step)


def wandb(steps, folder):
    os.environ.update(WANDB_MODE="offline", WANDB_SILENT="true", WANDB_DIR=folder)
    import wandb as library

    settings = library.Settings(console="off", x_disable_stats=True)
    run = library.init(project="p", config={"lr": 0.1}, settings=settings)
    for step in range(steps):
        run.log(row(step))
    run.finish()


def read(_, folder):
    """TensorBoard's own reader in Python, of all numbers; prints milliseconds."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    began = time.perf_counter()
    EventAccumulator(os.path.join(folder, "run"), {"scalars": 0, "histograms": 0}).Reload()
    print(1000 * (time.perf_counter() - began))


{"tfevents": tfevents, "wandb": wandb, "read": read}[sys.argv[1]](int(sys.argv[2]), sys.argv[3])
