"""For Keras 3: `model.fit(..., callbacks=[KerasCallback(name="mnist/adam")])`, on each of its backends."""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, Optional, Tuple

import keras

from ..starting import opened
from .keras_model import Ratios, number, parameters_of, rate_of, ratios_of, values_of
from .plain_steps import PlainSteps


class KerasCallback(keras.callbacks.Callback):
    """Records the loss and the rate of every batch, and the metrics of every epoch.

    Ratios of weights are recorded on PyTorch, TensorFlow and JAX. `every`: at each so many steps.
    """

    def __init__(
        self,
        name: Optional[str] = None,
        *,
        config: Any = None,
        seed: Optional[int] = None,
        folder: Any = "runs",
        every: int = 1,
        ratios: bool = True,
    ) -> None:
        super().__init__()
        if every < 1:
            raise ValueError("every is 1 or more")
        self._given = (name, config, seed, folder)
        self._every = every
        self._wants_ratios = ratios
        #: The run, from the beginning of training on.
        self.run: Any = None
        self._steps: Optional[PlainSteps] = None
        self._ratios: Optional[Ratios] = None
        self._losses: List[float] = []
        self._before = (0.0, 0.0)
        self._batches = 0

    def on_train_begin(self, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Begins a run."""
        self._end()
        model = self.model
        several = getattr(model, "steps_per_execution", 1) or 1
        self._accumulation = getattr(model.optimizer, "gradient_accumulation_steps", None) or 1
        self._batches = 0
        self._ratios = ratios_of(model) if self._wants_ratios and several == 1 else None
        name, config, seed, folder = self._given
        self.run = opened(
            folder,
            name or model.name,
            _settings(model) if config is None else config,
            seed,
            framework="keras",
            steps=self._planned(),
            parameters=parameters_of(model, self._ratios is not None),
            ratios=None if self._ratios is None else "rms",
            every=self._every,
            provenance={"keras": keras.__version__, "backend": keras.backend.backend()},
        )
        width = 0 if self._ratios is None else self._ratios.width
        # Several batches of one call are no single step: their numbers are metrics.
        self._steps = PlainSteps(self.run.recording, width) if several == 1 else None

    def on_epoch_begin(self, epoch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Notes that the means of the model begin anew."""
        self._before = (0.0, 0.0)

    def on_train_batch_begin(self, batch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Keeps the weights before an update."""
        is_first = self._batches % self._accumulation == 0
        if self.run is not None and self._ratios is not None and is_first and self._is_due():
            self._safely(self._ratios.keep)

    def on_train_batch_end(self, batch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Records a step."""
        if self.run is not None and self.run.recording.is_open:
            self._safely(lambda: self._take(batch, logs or {}))

    def on_epoch_end(self, epoch: int, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Records the metrics of an epoch, validation included."""
        if self.run is None:
            return
        names = {"loss": "epoch_loss"}
        numbers = {names.get(name, name): value for name, value in (logs or {}).items() if name != "learning_rate"}
        self.run.log(numbers, step=self._made())

    def on_train_end(self, logs: Optional[Mapping[str, Any]] = None) -> None:
        """Ends the run."""
        self._end()

    def _take(self, batch: int, logs: Mapping[str, Any]) -> None:
        self._batches += 1
        loss = self._batch_loss(batch, logs)
        if self._steps is None:
            self._batches = batch + 1
            self.run.log({"loss": loss, "learning_rate": number(rate_of(self.model))}, step=batch + 1)
            return
        self._losses.append(loss)
        if self._batches % self._accumulation:
            return
        is_due = self._ratios is not None and self._is_due()
        ratios = self._ratios.compare() if is_due and self._ratios is not None else None
        self._steps.add(sum(self._losses) / len(self._losses), number(rate_of(self.model)), ratios)
        self._losses = []
        if self._steps.is_due:
            self.run.flush()
            self._steps.flush()

    def _batch_loss(self, batch: int, logs: Mapping[str, Any]) -> float:
        """Returns the loss of one batch: Keras tells the mean of an epoch so far."""
        tracker: Any = getattr(self.model, "_loss_tracker", None)
        if hasattr(tracker, "total"):
            total, weight = values_of(self.model, [tracker.total, tracker.count])
            now = (number(total), number(weight))
        else:
            now = (number(logs.get("loss")) * (batch + 1), batch + 1.0)
        before, self._before = self._before, now
        count = now[1] - before[1]
        return (now[0] - before[0]) / count if count > 0 else math.nan

    def _is_due(self) -> bool:
        return self._made() % self._every == 0

    def _made(self) -> int:
        """Returns the updates so far."""
        return self._batches if self._steps is None else self._steps.next

    def _planned(self) -> Optional[int]:
        epochs, steps = self.params.get("epochs"), self.params.get("steps")
        return epochs * steps // self._accumulation if epochs and steps else None

    def _safely(self, act: Any) -> None:
        try:
            act()
        except Exception as error:
            self.run.recording.fail(error)

    def _end(self) -> None:
        if self.run is None:
            return
        if self._steps is not None:
            self._safely(self._steps.flush)
        self.run.finish()
        self.run = None


def _settings(model: Any) -> Dict[str, Any]:
    """Returns the settings of optimizer and model that are plain values."""
    optimizer = model.optimizer.get_config()
    plain = {name: value for name, value in optimizer.items() if isinstance(value, (bool, int, float, str))}
    shapes: List[Tuple[str, str]] = [(layer.name, type(layer).__name__) for layer in model.layers]
    return {"optimizer": plain, "layers": [f"{name}: {kind}" for name, kind in shapes]}
