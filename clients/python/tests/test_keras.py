"""The callback for Keras 3, driven by `fit` on the backend that KERAS_BACKEND names. It runs without pytest as well."""

from __future__ import annotations

import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, List

from run_file import read_run

os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

try:
    import keras
    import numpy
except ImportError:
    import pytest

    pytest.skip("there is no Keras 3", allow_module_level=True)

from ablate_lab.callbacks import KerasCallback  # noqa: E402

BACKEND = keras.backend.backend()


def examples() -> Any:
    generator = numpy.random.default_rng(0)
    x = generator.normal(size=(40, 6)).astype("float32")
    return x, x.sum(1, keepdims=True)


def model(**compiled: Any) -> Any:
    keras.utils.set_random_seed(1)
    layers = keras.layers
    made = keras.Sequential(
        [layers.Input((6,)), layers.Dense(8, "tanh", name="first"), layers.BatchNormalization(name="norm"), layers.Dense(1, name="last")]
    )
    made.compile(**{"optimizer": keras.optimizers.Adam(0.01), "loss": "mse", "metrics": ["mae"], **compiled})
    return made


class BruteForce(keras.callbacks.Callback):  # type: ignore[misc]
    """Computes ratios from NumPy copies of all weights; on JAX it has them put back into the variables first."""

    def __init__(self) -> None:
        super().__init__()
        self.ratios: List[List[float]] = []

    def _now(self) -> Any:
        if BACKEND == "jax":
            self.model.jax_state_sync()
        return [keras.ops.convert_to_numpy(one).astype("float64").copy() for one in self.model.trainable_variables]

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        self.old = self._now()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        norm = numpy.linalg.norm
        self.ratios.append([float(norm(new - old) / norm(new)) for new, old in zip(self._now(), self.old)])


def close(one: float, other: float, tolerance: float = 1e-5) -> bool:
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-7)


def train(folder: Path, made: Any, callbacks: Any = (), **fit: Any) -> Any:
    x, y = examples()
    callback = KerasCallback("sum/adam", folder=folder)
    usual = {"epochs": 2, "batch_size": 16, "verbose": 0, "shuffle": False}
    history = made.fit(x, y, callbacks=[callback, *callbacks], **{**usual, **fit}).history
    return read_run(next(Path(folder).iterdir())), history


def test_every_batch_has_its_own_loss_not_the_mean_of_the_epoch(tmp_path: Path) -> None:
    said, history = train(tmp_path, model())
    x, y = examples()
    assert len(said.losses) == 6 and all(close(rate, 0.01) for rate in said.rates)
    sizes = [16, 16, 8]
    for epoch in range(2):
        own = said.losses[3 * epoch : 3 * epoch + 3]
        mean = sum(loss * size for loss, size in zip(own, sizes)) / 40
        assert close(mean, history["loss"][epoch], 1e-4)
        assert len({round(loss, 6) for loss in own}) == 3


def test_ratios_are_those_of_brute_force(tmp_path: Path) -> None:
    check = BruteForce()
    said, history = train(tmp_path, model(), [check])
    assert said.columns == 6 and len(said.ratios) == len(check.ratios) == 6
    sizes, epoch = [16, 16, 8], said.losses[:3]
    assert close(sum(loss * size for loss, size in zip(epoch, sizes)) / 40, history["loss"][0], 1e-4)
    for told, wanted in zip(said.ratios, check.ratios):
        for one, other in zip(told, wanted):
            assert close(one, other), (told, wanted)


def test_the_run_describes_the_model(tmp_path: Path) -> None:
    said, _ = train(tmp_path, model())
    listed = [(one["name"], one["kind"], one["role"]) for one in said.head["parameters"]]
    assert listed == [
        ("first.kernel", "hidden", "weight"),
        ("first.bias", "hidden", "bias"),
        ("norm.gamma", "norm", "gain"),
        ("norm.beta", "norm", "shift"),
        ("last.kernel", "output", "weight"),
        ("last.bias", "output", "bias"),
    ]
    assert (said.head["framework"], said.head["steps"]) == ("keras", 6)
    assert said.head["provenance"]["backend"] == BACKEND
    assert close(said.head["config"]["optimizer"]["learning_rate"], 0.01)
    assert said.end["state"] == "finished"


def test_metrics_of_epochs_stand_at_the_steps_after_which_they_were_measured(tmp_path: Path) -> None:
    x, y = examples()
    said, history = train(tmp_path, model(), validation_data=(x, y))
    for name, key in {"epoch_loss": "loss", "mae": "mae", "val_loss": "val_loss", "val_mae": "val_mae"}.items():
        assert [step for step, _ in said.metrics[name]] == [3, 6], name
        assert all(close(one, other) for (_, one), other in zip(said.metrics[name], history[key])), name
    assert "learning_rate" not in said.metrics


def test_a_scheduled_rate_is_that_of_the_update(tmp_path: Path) -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    said, _ = train(tmp_path, model(optimizer=keras.optimizers.SGD(schedule)))
    assert all(close(rate, 0.1 * 0.5**step) for step, rate in enumerate(said.rates)), said.rates


def test_accumulated_gradients_make_one_step(tmp_path: Path) -> None:
    made = model(optimizer=keras.optimizers.SGD(0.01, gradient_accumulation_steps=3))
    said, history = train(tmp_path, made)
    assert len(said.losses) == 2 == said.head["steps"]
    assert all(ratio > 0 for row in said.ratios for ratio in row)


def test_several_batches_of_one_call_are_metrics(tmp_path: Path) -> None:
    if BACKEND == "torch":
        return  # it runs them one by one, and says so itself
    said, _ = train(tmp_path, model(steps_per_execution=3))
    assert said.losses == [] and len(said.metrics["loss"]) == 2


def test_training_is_the_same_with_and_without(tmp_path: Path) -> None:
    x, y = examples()
    plain, watched = model(), model()
    train(tmp_path, watched)
    plain.fit(x, y, epochs=2, batch_size=16, verbose=0, shuffle=False)
    assert all(numpy.array_equal(one, other) for one, other in zip(plain.get_weights(), watched.get_weights()))


if __name__ == "__main__":
    for name, run in list(globals().items()):
        if name.startswith("test_") and name in (sys.argv[1:] or [name]):
            with tempfile.TemporaryDirectory() as place:
                run(Path(place))
            print(f"{name} passed")
    sys.exit(0)
