"""Writes event files with the library named, into a folder, and prints what it has written as JSON."""

import json
import math
import os
import sys
import time

import numpy as np

WRITTEN = {}
LOSSES = [3.5, 1 / 3, float("nan"), float("inf"), -math.inf, 1e-30, 0.0]


def note(run, name, step, value):
    """What a reader must find: floats of 32 bits, as all of these libraries store them."""
    WRITTEN.setdefault(run, {}).setdefault(name, []).append([step, repr(float(np.float32(value)))])


def hand_written(writer_class):
    """The calls that PyTorch's SummaryWriter and tensorboardX have in common."""
    values = np.linspace(-1, 2, 1000)
    with writer_class("a") as writer:
        for step, loss in enumerate(LOSSES):
            writer.add_scalar("train/loss", loss, 10 * step)
            note("a", "train/loss", 10 * step, loss)
        writer.add_scalars("losses", {"one": 0.25, "two": 0.5}, 3)
        note("a", "losses/one", 3, 0.25)
        note("a", "losses/two", 3, 0.5)
        writer.add_scalar("größe/π", 7, 1)
        note("a", "größe/π", 1, 7)
        writer.add_histogram("fc1.weight", values, 5)
        writer.add_histogram("fc1.weight.grad", values * 1e-4, 5)
        writer.add_text("config", json.dumps({"model": {"width": 32}}))
        writer.add_hparams({"lr": 0.125, "name": "adam", "nesterov": True}, {"hparam/accuracy": 0.75})
        note("a", "hparam/accuracy", 0, 0.75)
    # Training goes on from step 30: what was recorded of it and of later ones holds no more.
    time.sleep(1.1)  # tensorboardX names a file by the second, and writes over one of this name.
    with writer_class("a", purge_step=30) as writer:
        WRITTEN["a"]["train/loss"] = [one for one in WRITTEN["a"]["train/loss"] if one[0] < 30]
        writer.add_scalar("train/loss", 0.125, 30)
        note("a", "train/loss", 30, 0.125)
    with writer_class("b") as writer:
        for step in range(200):
            writer.add_scalar("loss", 1 / (1 + step), step)
    time.sleep(1.1)
    # Begun again without a word.
    with writer_class("b") as writer:
        for step in range(150, 160):
            writer.add_scalar("loss", 9, step)
    for step in range(160):
        note("b", "loss", step, 9 if step >= 150 else 1 / (1 + step))


def keras():
    import keras
    import tensorflow as tf

    histories = []
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, name="dense")])
    model.compile("sgd", "mse")
    x, y = np.random.rand(32, 4), np.random.rand(32, 3)
    callback = keras.callbacks.TensorBoard("fit", histogram_freq=1, write_graph=False)
    history = model.fit(
        x, y, epochs=3, validation_data=(x, y), callbacks=[callback], verbose=0
    ).history
    for epoch in range(3):
        note("fit", "epoch_loss", epoch, history["loss"][epoch])
        note("fit", "validation/epoch_loss", epoch, history["val_loss"][epoch])
    with tf.summary.create_file_writer("hand").as_default():
        for step in range(5):
            for name, dtype in TYPES(tf).items():
                tf.summary.scalar(name, tf.constant(step + 1, dtype), step=step)
                note("hand", name, step, step + 1)
        tf.summary.histogram("dense/kernel_0", np.linspace(-1, 2, 1000), step=4)
        tf.summary.histogram("dense/bias_0", np.zeros(10), step=4)


def TYPES(tf):
    return {
        "half": tf.float16,
        "bfloat16": tf.bfloat16,
        "single": tf.float32,
        "double": tf.float64,
        "int32": tf.int32,
        "int64": tf.int64,
    }


def main(library, folder):
    os.chdir(folder)
    if library == "tensorboardX":
        from tensorboardX import SummaryWriter

        hand_written(SummaryWriter)
    elif library == "torch":
        from torch.utils.tensorboard import SummaryWriter

        hand_written(SummaryWriter)
    else:
        keras()
    print(json.dumps(WRITTEN))


main(*sys.argv[1:])
