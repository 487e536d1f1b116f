"""A run of numbers that a script logs itself, without PyTorch."""

from __future__ import annotations

import decimal
import fractions
import os
import subprocess
import sys
import time
import warnings
from typing import Any

import pytest
from run_file import read_run

import ablate_lab

#: Least squares by gradient descent, as a script without any framework has it. It must not import PyTorch.
SCRIPT = """
import sys
import ablate_lab

xs, ys = [1.0, 2.0, 3.0, 4.0], [2.1, 3.9, 6.2, 7.8]
slope = 0.0
with ablate_lab.start(name="line/slow", config={"rate": 0.01}, seed=3, folder=sys.argv[1], steps=20) as run:
    for step in range(20):
        errors = [slope * x - y for x, y in zip(xs, ys)]
        slope -= 0.01 * sum(e * x for e, x in zip(errors, xs)) / 4
        run.log(loss=sum(e * e for e in errors) / 4)
    run.log({"test/r2": 0.99})
assert "torch" not in sys.modules and "numpy" not in sys.modules
print(run.path)
"""


def test_a_script_without_frameworks_records_its_loss(tmp_path: Any) -> None:
    source = os.path.dirname(os.path.dirname(ablate_lab.__file__))
    done = subprocess.run(
        [sys.executable, "-S", "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    said = read_run(done.stdout.strip())
    assert (said.head["name"], said.head["config"], said.head["seed"]) == ("line/slow", {"rate": 0.01}, 3)
    assert (said.head["framework"], said.head["steps"], said.head["parameters"]) == (None, 20, [])
    assert [step for step, _ in said.metrics["loss"]] == list(range(20))
    assert said.metrics["loss"][0][1] == pytest.approx(29.725)
    assert said.metrics["test/r2"] == [(20, 0.99)]
    assert said.end["state"] == "finished"


class Model:
    """Fits in rounds, as estimators of scikit-learn do with `partial_fit`."""

    def __init__(self) -> None:
        self.mean = 0.0

    def partial_fit(self, values: Any) -> "Model":
        self.mean += 0.5 * (sum(values) / len(values) - self.mean)
        return self

    def score(self, values: Any) -> float:
        return 1 - abs(sum(values) / len(values) - self.mean)


def test_rounds_of_an_estimator_and_scores_at_steps_of_their_own(tmp_path: Any) -> None:
    run = ablate_lab.start(name="estimator", folder=tmp_path)
    model = Model()
    for step in range(0, 50, 10):
        run.log(step=step, accuracy=model.partial_fit([1.0, 2.0]).score([1.5]))
    run.finish()
    metrics = read_run(run.path).metrics["accuracy"]
    assert [step for step, _ in metrics] == [0, 10, 20, 30, 40]
    assert metrics[0][1] == pytest.approx(0.25)


def test_numbers_of_other_libraries_are_numbers(tmp_path: Any) -> None:
    numpy = pytest.importorskip("numpy")
    torch = pytest.importorskip("torch")
    told = {
        "whole": 3,
        "yes": True,
        "decimal": decimal.Decimal("0.25"),
        "fraction": fractions.Fraction(1, 8),
        "float32": numpy.float32(0.5),
        "int64": numpy.int64(7),
        "bool_": numpy.bool_(True),
        "array": numpy.array([[1.5]]),
        "tensor": torch.tensor([2.5]),
        "nan": float("nan"),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with ablate_lab.start(name="numbers", folder=tmp_path) as run:
            run.log(told)
    metrics = {name: value for name, [(_, value)] in read_run(run.path).metrics.items()}
    assert metrics.pop("nan") != 0
    assert metrics == {
        **{"whole": 3, "yes": 1, "decimal": 0.25, "fraction": 0.125, "float32": 0.5, "int64": 7},
        **{"bool_": 1, "array": 1.5, "tensor": 2.5},
    }


@pytest.mark.parametrize("value", ["0.5", b"1", None, [1.0], {"a": 1}, 1j, object()])
def test_what_is_not_one_number_is_refused_once_by_its_name(tmp_path: Any, value: Any) -> None:
    with ablate_lab.start(name="refused", folder=tmp_path) as run:
        with pytest.warns(ablate_lab.RecordingWarning, match="^accuracy is not recorded: ") as told:
            for _ in range(3):
                run.log(accuracy=value, loss=1.0)
    assert len(told) == 1
    assert read_run(run.path).metrics == {"loss": [(0, 1.0), (1, 1.0), (2, 1.0)]}


def test_numbers_of_jax(tmp_path: Any) -> None:
    jax = pytest.importorskip("jax")

    @jax.jit
    def update(slope: Any, x: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(lambda s: ((s * x - y) ** 2).mean())(slope)
        return slope - 0.05 * gradient, loss

    slope, x = jax.numpy.zeros(()), jax.numpy.arange(4.0)
    with ablate_lab.start(name="jax", folder=tmp_path) as run:
        for _ in range(5):
            slope, loss = update(slope, x, 2 * x)
            run.log(loss=loss)
    losses = [number for _, number in read_run(run.path).metrics["loss"]]
    assert losses[0] == 14 and losses == sorted(losses, reverse=True)


def test_only_the_first_process_records(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RANK", "1")
    with ablate_lab.start(name="second", folder=tmp_path) as run:
        run.log(loss=1.0)
    assert run.path is None and list(tmp_path.iterdir()) == []


def test_the_system_is_recorded_beside_what_is_logged(tmp_path: Any) -> None:
    with ablate_lab.start(name="system", folder=tmp_path, system=0.01) as run:
        run.log(loss=1.0)
        held = bytearray(64 * 1024 * 1024)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            run.flush()
            if len(read_run(run.path).metrics.get("system/memory", [])) > 0:
                break
            sum(range(10_000))
        run.log(loss=2.0)
        del held
    said = read_run(run.path)
    assert [step for step, _ in said.metrics["loss"]] == [0, 1]  # the system counts as no log
    assert said.metrics["system/memory"][-1][1] > 64
    assert said.metrics["system/cpu"][-1][1] >= 0
    declared = {one["name"]: one["unit"] for head, _ in said.frames if head["type"] == "declare" for one in head["metrics"]}
    assert {"system/cpu": "%", "system/memory": "MiB"}.items() <= declared.items()
